// Listeners of one value: each is called with what the value is now, whenever that is not what it was told last.
import { makeError } from '../wasm/host/errors.js';

export class Listeners {
  #all = new Set();
  #read;
  #report;
  #telling = false;

  /** `read()` is the value; `report(error)` takes what a listener throws. */
  constructor(read, report) {
    this.#read = read;
    this.#report = report;
  }

  add(call) {
    if (typeof call !== 'function') throw makeError('ERR_ARGUMENT', 'the listener must be a function');
    const one = { call, last: this.#read() };
    this.#all.add(one);
    return () => void this.#all.delete(one);
  }

  /** A listener that changes the value makes another round; none is told of a value that has passed. */
  tell() {
    if (this.#telling) return;
    this.#telling = true;
    for (let news = true; news;) {
      news = false;
      for (const one of [...this.#all]) {
        const value = this.#read();
        if (value === one.last || !this.#all.has(one)) continue;
        one.last = value;
        news = true;
        try {
          one.call.call(undefined, value);
        } catch (error) {
          this.#report(error);
        }
      }
    }
    this.#telling = false;
  }

  clear() {
    this.#all.clear();
  }
}

/** The name of the state behind a Presence or a Leader: 'presence', or 'presence:cursors' for one that has a name. */
export function nameOf(what, parley, options) {
  if (!Array.isArray(parley?._uids)) throw makeError('ERR_ARGUMENT', `a ${what} needs a Parley, not a mock of one`);
  if (parley._uids.length === 0) throw makeError('ERR_DESTROYED', 'this Parley instance has been destroyed');
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw makeError('ERR_CONFIG', `the options of a ${what} must be an object`);
  }
  const { name, ...unknown } = options ?? {};
  for (const key of Object.keys(unknown)) throw makeError('ERR_CONFIG', `a ${what} has no option '${key}'`);
  if (name === undefined || name === what.toLowerCase()) return what.toLowerCase();
  if (typeof name !== 'string' || name === '') throw makeError('ERR_CONFIG', 'the option name must be a text');
  return `${what.toLowerCase()}:${name}`;
}
