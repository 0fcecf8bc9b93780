// This window's Parley, its connections to the other windows, and its pause switch.
import { Parley } from 'parley-sync';
import { loadOrigins } from '../app/origins.js';

// Both origins of this site may connect. Without this option only the own origin may.
const origins = await loadOrigins();
export const parley = Parley.create({ allowedOrigins: origins.all });

// The windows are frames of one page. Each connects the others; who loads last completes the connection.
const others = [...Array(parent.length).keys()].filter(
  (index) => parent[index] !== self,
);
let attempt = new AbortController();

function connect() {
  attempt = new AbortController();
  const options = { timeout: Infinity, signal: attempt.signal };
  for (const index of others) {
    parley.connect(parent[index], `window-${index + 1}`, options).catch((error) => {
      if (error.code !== 'ERR_ABORTED') throw error;
    });
  }
}

// A paused window has no connection at all. What is written meanwhile stays where it was written.
async function disconnect() {
  attempt.abort();
  await Promise.all(parley.peers.map(({ id }) => parley.disconnect(id)));
}

const pause = document.querySelector('#pause');
pause.addEventListener('click', () => {
  const paused = pause.getAttribute('aria-checked') === 'false';
  pause.setAttribute('aria-checked', paused);
  if (paused) disconnect();
  else connect();
  show();
});

function show() {
  const paused = pause.getAttribute('aria-checked') === 'true';
  const count = parley.getConnectedTargets().length;
  const text = paused
    ? 'Paused'
    : count === 0
      ? 'Waiting for the others'
      : `Connected to ${count} of ${others.length}`;
  document.querySelector('#connection').textContent = text;
}

const own =
  [...Array(parent.length).keys()].find((index) => parent[index] === self) ?? 0;
document.querySelector('#place').textContent =
  `Window ${own + 1}, ${location.host}`;
parley.onSystem('system:connection_state_changed', show);
connect();
show();
