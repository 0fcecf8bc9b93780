// Storage that can be made to fail, and windows that keep their state in it.
import { createTestNetwork, SyncedState } from '../../pkg/index.js';

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for a condition; whoever runs the test ends one that never comes. */
export const until = async (holds) => {
  while (!holds()) await pause(2);
};

/** As the browser's, of one origin; `room` is how many characters it holds. */
export class FakeStorage {
  items = new Map();
  room = Infinity;
  denied = false;
  writes = 0;

  #check() {
    if (this.denied) throw Object.assign(new Error('denied'), { name: 'SecurityError' });
  }
  getItem(key) {
    this.#check();
    return this.items.get(key) ?? null;
  }
  setItem(key, value) {
    this.#check();
    const others = [...this.items].filter(([other]) => other !== key);
    const used = others.reduce((sum, [, text]) => sum + text.length, 0);
    if (used + value.length > this.room) throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
    this.writes += 1;
    this.items.set(key, String(value));
  }
  removeItem(key) {
    this.#check();
    this.items.delete(key);
  }
}

/** The page's localStorage from now on; undefined takes it away. */
export function installStorage(storage) {
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true, writable: true });
  return storage;
}

/** A window alone, unless a network is given. */
export function open({ initial = {}, network = createTestNetwork(), ...options } = {}) {
  const parley = network.createParley();
  const errors = [];
  parley.onSystem('system:error', (error) => errors.push(error));
  const state = new SyncedState(parley, initial, options);
  return { parley, state, errors };
}

/** A promise-based storage over a Map. */
export function asyncStorage(delay = 1) {
  const items = new Map();
  const storage = {
    items,
    async get(key) {
      await pause(delay);
      return items.get(key);
    },
    async set(key, value) {
      await pause(delay);
      items.set(key, value);
    },
    async delete(key) {
      await pause(delay);
      items.delete(key);
    },
  };
  return storage;
}
