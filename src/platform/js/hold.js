// Frames to a document of the same page wait while the page is in the back/forward cache, and after its return until that document
// runs again. Firefox restores the documents of a page one after the other, in several processes. A frame that arrives at one that
// is not restored yet keeps the page out of the cache the next time (MOZ_LOG=SHIPBFCache:5 then says NOT_ALLOWED).
import { listen } from './listening.js';

const g = globalThis;

/** How long frames wait, after the page's return, for a document that says nothing, ms. */
const DOCUMENT_TIMEOUT = 500;

/** Whether this is a window of this very page: what befalls the one befalls the other. */
export function isSamePage(source) {
  try {
    return source.top === g.top && source.top !== undefined;
  } catch {
    return false;
  }
}

/**
 * Keeps what is to be posted on `port`, until something comes from it or from `source`, the window at its other end; then posts it in
 * order. `takes` keeps a frame as it is now, and throws as postMessage does; undefined once the waiting is over. `end` ends it.
 */
export function hold(port, source) {
  let frames = [];
  const end = () => {
    for (const stop of stops.splice(0)) stop();
    for (const frame of frames ?? []) port.postMessage(...frame);
    frames = undefined;
  };
  const stops = [
    listen(port, 'message', end),
    listen(g, 'message', (event) => event.source === source && end()),
    listen(g, 'pageshow', () => setTimeout(end, DOCUMENT_TIMEOUT)),
  ];
  const takes = (frame, transfer = []) => frames?.push(structuredClone([frame, transfer], { transfer }));
  return { takes, end };
}
