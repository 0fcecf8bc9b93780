// A playground page: gives its frames their addresses, of the two origins by turns, and as much height as they ask for.
import { loadOrigins } from '../app/origins.js';

const frames = [...document.querySelectorAll('iframe[data-src]')];

addEventListener('message', ({ source, data }) => {
  const frame = frames.find((one) => one.contentWindow === source);
  if (frame && Number.isFinite(data?.height))
    frame.style.height = `${Math.min(data.height, 2000)}px`;
});

try {
  const { all, known, first } = await loadOrigins();
  if (!known)
    throw new Error(
      `This page was opened as ${location.origin}; open it as ${first} instead.`,
    );
  const [own, other] = location.origin === all[0] ? all : [...all].reverse();
  // All frames are there before the first one looks for the others.
  for (const frame of frames) {
    const origin = frame.dataset.origin === '0' ? own : other;
    const address = new URL(frame.dataset.src, location.href);
    frame.title += `, ${origin}`;
    frame.src = `${origin}${address.pathname}?page=${encodeURIComponent(location.origin)}`;
  }
} catch (error) {
  const notice = document.querySelector('#notice');
  notice.textContent = `The windows could not start. ${error.message}`;
  notice.hidden = false;
}
