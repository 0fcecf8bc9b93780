// Timers that never keep a process alive; and some that are on time where the browser slows timers down.

const isHidden = () => globalThis.document?.visibilityState === 'hidden';

/** Runs after about `ms`; the function returned stops it. */
export function later(run, ms) {
  const id = setTimeout(run, ms);
  id?.unref?.();
  return () => clearTimeout(id);
}

/**
 * The same, but on time also in a hidden page, whose timers run once a second: messages are not slowed down, so it sends
 * itself one after the other. For moments that are rare and short.
 */
export function onTime(run, ms) {
  if (!isHidden()) return later(run, ms);
  const end = performance.now() + ms;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    if (performance.now() < end) return port2.postMessage(null);
    port1.close();
    run();
  };
  port2.postMessage(null);
  return () => port1.close();
}

/** `later`, unless less than `soon` ms are left of `left` and this page's timers cannot tell. */
export function inTime(run, ms, left, soon) {
  return isHidden() && left < soon ? onTime(run, left) : later(run, Math.min(ms, Math.max(left, 0)));
}
