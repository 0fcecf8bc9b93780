// Time that a case moves by itself, so that what it says of milliseconds holds on any machine.
import { defer, quiet } from './harness.js';

/** Ids that no timer of the page has. */
const FIRST = 2 ** 30;

/**
 * From now until the case ends, the page's timers wait and its clock of spans stands still; both move only in `pass(ms)`, from
 * timer to timer. Waits of the harness, and timers that were set before, go on in real time.
 */
export function hold() {
  const real = { set: globalThis.setTimeout, clear: globalThis.clearTimeout };
  const timers = new Map();
  let now = performance.now();
  let last = FIRST;
  globalThis.setTimeout = (run, ms = 0, ...args) => {
    last += 1;
    timers.set(last, { due: now + Math.max(0, ms), run: () => run(...args) });
    return last;
  };
  globalThis.clearTimeout = (id) => void (timers.delete(id) || real.clear.call(globalThis, id));
  performance.now = () => now;
  defer(() => {
    globalThis.setTimeout = real.set;
    globalThis.clearTimeout = real.clear;
    delete performance.now;
  });
  const first = () => [...timers].reduce((one, other) => (one && one[1].due <= other[1].due ? one : other), undefined);
  const pass = async (ms) => {
    const end = now + ms;
    await quiet();
    for (let next = first(); next && next[1].due <= end; next = first()) {
      const [id, { due, run }] = next;
      timers.delete(id);
      now = Math.max(now, due);
      run();
      await quiet();
    }
    now = end;
  };
  return { pass };
}
