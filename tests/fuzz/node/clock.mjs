// Time and chance that belong to the case: the same choices give the same run. Only what waits for nothing runs by itself.

const { crypto: random, setTimeout, clearTimeout, MessageChannel } = globalThis;
const real = { now: Date.now, random, setTimeout, clearTimeout, MessageChannel, precise: performance.now };
const START = 1_790_000_000_000;

let time = START;
let state = 1;
let timers = [];
let last = 0;
let names = 0;

const roll = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state >>> 24;
};

/** What the simulated network yields by: in turns that are always the same. */
class Turns {
  port1 = { onmessage: null, close() {} };
  port2 = { postMessage: (data) => setImmediate(() => this.port1.onmessage?.({ data })) };
}

/** Takes the process' clock, timers and random bytes over, from the start each time. */
export function takeTime(seed) {
  time = START;
  state = seed >>> 0;
  timers = [];
  Date.now = () => time;
  performance.now = () => time - START;
  globalThis.setTimeout = (run, ms = 0, ...rest) => {
    timers.push({ id: ++last, at: time + Math.max(0, Number(ms) || 0), run: () => run(...rest) });
    return last;
  };
  globalThis.clearTimeout = (id) => {
    timers = timers.filter((timer) => timer.id !== id);
  };
  globalThis.MessageChannel = Turns;
  const crypto = {
    getRandomValues: (bytes) => {
      for (let at = 0; at < bytes.length; at++) bytes[at] = roll();
      // What tells windows from each other is never the same twice in a process, however often a case is run. Of 64 bits a
      // writer's name takes the lower 53, which stay what they are.
      names += 1;
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      if (bytes.length === 16) view.setUint32(12, names);
      else if (bytes.length === 8) view.setUint16(6, ((names & 0x7ff) << 5) | (view.getUint16(6, true) & 31), true);
      return bytes;
    },
  };
  Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true, writable: true });
}

export function giveTimeBack() {
  Date.now = real.now;
  delete performance.now;
  globalThis.setTimeout = real.setTimeout;
  globalThis.clearTimeout = real.clearTimeout;
  globalThis.MessageChannel = real.MessageChannel;
  Object.defineProperty(globalThis, 'crypto', { value: real.random, configurable: true, writable: true });
}

export const now = () => time;

/** Time passes; whatever was to happen meanwhile does. */
export function pass(ms) {
  const end = time + ms;
  for (let ran = 0; ran < 10_000; ran++) {
    const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
    if (due === undefined) break;
    timers = timers.filter((timer) => timer !== due);
    time = Math.max(time, due.at);
    due.run();
  }
  time = end;
}

/** How long something really took, ms. */
export const realNow = () => real.precise.call(performance);

/** Everything that promises and microtasks bring has happened. */
export const quiet = () => new Promise((resolve) => setImmediate(resolve));
