// What scenarios say often inside a page.
export { canon } from './canon.js';
export { garbage, mutated } from './garbage.js';

/** Adds an iframe element; without a source it shows about:blank. */
export function addFrame(id, src, attributes = {}) {
  const frame = document.createElement('iframe');
  Object.assign(frame, { id, ...attributes });
  if (src) frame.src = src;
  document.body.append(frame);
  return frame;
}

/** What came of a promise, and how long it took: an outcome that can be looked at later, never an unhandled rejection. */
export async function settle(promise) {
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  try {
    return { value: await promise, took: took(), at: Date.now() };
  } catch (error) {
    return {
      code: error?.code,
      name: error?.name,
      message: error?.message,
      details: error?.details,
      isParleyError: error instanceof globalThis.ParleyError && error instanceof Error,
      took: took(),
      at: Date.now(),
    };
  }
}

/** Records every system event of a Parley, in order. */
export function record(parley) {
  const events = [];
  for (const event of Object.values(globalThis.SYSTEM_EVENTS)) {
    parley.onSystem(event, (data) => {
      events.push({
        event,
        id: data?.id ?? data?.targetId,
        kind: data?.kind,
        reason: data?.reason,
        code: data?.code,
        count: data?.count,
        origin: data?.origin,
      });
    });
  }
  return events;
}

/** Counts how often each listener call was made, and keeps the keys that differed. */
export function watch(state) {
  const changes = [];
  state.subscribe((now, before) => {
    const keys = [...new Set([...Object.keys(now), ...Object.keys(before)])].filter(
      (key) => !Object.is(now[key], before[key]),
    );
    changes.push(keys.sort().join(','));
  });
  return changes;
}

/** Repeatable randomness: the same seed, the same run. Returns integers below n. */
export function random(seed) {
  let a = seed >>> 0;
  return (n) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** A turn of the event loop that no background throttling slows down. */
export function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** For set-ups that play a slow application. */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The two ends of a wire made by hand; `tap` sees every frame with the side that sent it. */
export function linkPair(tap = () => {}) {
  const { port1, port2 } = new MessageChannel();
  const [near, far] = [
    ['near', port1],
    ['far', port2],
  ].map(([side, port]) => {
    const link = {
      onframe: null,
      onclose: null,
      send(frame, transfer) {
        tap(frame, side);
        port.postMessage(frame, transfer ?? []);
      },
      close() {
        other(link).onclose?.('closed');
        port.close();
      },
    };
    port.onmessage = ({ data }) => link.onframe?.(data);
    return link;
  });
  const other = (link) => (link === near ? far : near);
  return [near, far];
}
