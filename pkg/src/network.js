// A network of windows inside one page or process, for tests: every disorder of a real one, from a seed.
//
// Time is the network's own: frames are delivered in the order of their virtual arrival, as fast as the process allows, so a
// test of seconds of latency takes milliseconds, and the same seed gives the same order.
import { ValidationError } from '../wasm/host/errors.js';
import { partsLoaded } from '../wasm/host/browser.js';
import { Parley } from '../wasm/parley_sync.js';
import { simulated } from './page.js';

// mulberry32, by Tommy Ettinger: 32 bits of state, even enough to shuffle frames by.
const generator = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const fail = (message) => {
  throw Object.assign(new ValidationError(message), { code: 'ERR_CONFIG' });
};

const probability = (value, name) => {
  if (typeof value !== 'number' || !(value >= 0 && value < 1)) fail(`${name} must be a number from 0 to below 1`);
  return value;
};

const yieldToOthers = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/**
 * @param {{ seed?: number, latency?: [number, number], loss?: number, duplicate?: number }} options
 *   seed: any whole number, default 1; latency: virtual milliseconds, from and to, default [0, 5] (frames of one wire may
 *   overtake each other when it varies); loss and duplicate: the probability for each frame, default 0.
 */
export function createTestNetwork(options = {}) {
  const { seed = 1, latency = [0, 5], loss = 0, duplicate = 0, ...unknown } = options;
  for (const name of Object.keys(unknown)) fail(`unknown option '${name}' of createTestNetwork`);
  if (!Number.isInteger(seed)) fail('seed must be a whole number');
  const [from, to] = Array.isArray(latency) ? latency : [];
  if (!(from >= 0 && to >= from)) fail('latency must be [from, to] in milliseconds');
  probability(loss, 'loss');
  probability(duplicate, 'duplicate');

  const random = generator(seed);
  const queue = [];
  const members = new Map();
  let now = 0;
  let sent = 0;
  let running = false;
  let groups = null;
  let calm = false;

  const severed = (a, b) => {
    if (groups === null) return false;
    const side = (parley) => groups.findIndex((group) => group.includes(parley));
    return side(a) !== side(b);
  };

  const deliver = async () => {
    if (running) return;
    running = true;
    await yieldToOthers();
    while (queue.length > 0) {
      let first = 0;
      for (let i = 1; i < queue.length; i++) {
        const [a, b] = [queue[i], queue[first]];
        if (a.at < b.at || (a.at === b.at && a.order < b.order)) first = i;
      }
      const [frame] = queue.splice(first, 1);
      now = Math.max(now, frame.at);
      if (!severed(frame.from, frame.to) && !frame.link.closed) frame.link.onframe?.(frame.data);
      // What the receiver does at the end of its turn comes before the next frame, as in a real window.
      await yieldToOthers();
    }
    running = false;
  };

  const wire = (a, b) => {
    const make = () => ({
      closed: false,
      onframe: null,
      onclose: null,
      send(data) {
        if (this.closed) return;
        const { own, far, peer } = this;
        const copies = !calm && random() < duplicate ? 2 : 1;
        for (let i = 0; i < copies; i++) {
          // The same numbers are drawn whether or not a frame is lost: an option changes only what it says.
          const lost = random() < loss;
          const delay = from + random() * (to - from);
          if (lost && !calm) continue;
          queue.push({ at: now + delay, order: sent++, from: own, to: far, link: peer, data: structuredClone(data) });
        }
        deliver();
      },
      close() {
        this.closed = true;
        if (!this.peer.closed) {
          this.peer.closed = true;
          queueMicrotask(() => this.peer.onclose?.());
        }
      },
    });
    const [left, right] = [make(), make()];
    Object.assign(left, { own: a, far: b, peer: right });
    Object.assign(right, { own: b, far: a, peer: left });
    return [left, right];
  };

  const quiet = async () => {
    do {
      await deliver();
      await partsLoaded();
      await yieldToOthers();
    } while (running || queue.length > 0);
  };

  return {
    /** A window of the network, connected to all that are there. `origin` is a name for it in `peers` only. */
    createParley({ origin, ...rest } = {}) {
      if (origin !== undefined && typeof origin !== 'string') fail('origin must be a string');
      const parley = Parley.create({ allowedOrigins: [], ...rest });
      simulated.add(parley);
      const destroy = parley.destroy.bind(parley);
      parley.destroy = () => {
        members.delete(parley);
        destroy();
      };
      for (const other of members.keys()) {
        const [mine, theirs] = wire(parley, other);
        parley.connect(mine, undefined, { timeout: Infinity }).catch(() => {});
        other.connect(theirs, undefined, { timeout: Infinity }).catch(() => {});
      }
      members.set(parley, origin);
      return parley;
    },
    /** Frames cross between windows of one group only; a window in no group is alone with the others of none. */
    partition(...parts) {
      if (!parts.every((part) => typeof part === 'object' && typeof part?.[Symbol.iterator] === 'function'))
        fail('partition takes lists of Parleys');
      groups = parts.map((part) => [...part]);
    },
    heal() {
      groups = null;
    },
    /** Delivers what is under way, lets everyone compare and repair without further loss, until nothing moves. */
    async settle() {
      await quiet();
      calm = true;
      try {
        // Each round repairs what the one before could not know of; a chain of windows needs one for each of its links.
        for (let round = 0; round < members.size + 2; round++) {
          for (const parley of members.keys()) parley._resync();
          await quiet();
        }
      } finally {
        calm = false;
      }
    },
  };
}
