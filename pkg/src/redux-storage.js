// Keeps the slices of a shared Redux state in storage: read when the store begins, written when they have changed.
import { ValidationError } from '../wasm/host/errors.js';
import { packRecords, unpackRecords } from '../wasm/host/records.js';
import { openStorage, storageError, watchStorage, whenIdle } from '../wasm/host/storage.js';
import { isPlain, isQuerySlice, unmarked } from './redux-view.js';

const [, OURS, , CORRUPT, UNKNOWN] = [0, 1, 2, 3, 4];

const fail = (message) => {
  throw Object.assign(new ValidationError(message), { code: 'ERR_CONFIG' });
};
const isStorage = (given) =>
  given === 'localStorage' ||
  given === 'indexedDB' ||
  ['get', 'set', 'delete'].every((name) => typeof given?.[name] === 'function');

/** The option `persist`, checked. Throws ERR_CONFIG. */
export const readPersist = (given) => {
  if (given === undefined) return undefined;
  const {
    key,
    storage = 'localStorage',
    keys,
    onError,
    ...unknown
  } = typeof given === 'string' ? { key: given } : Object(given);
  for (const name of Object.keys(unknown))
    fail(`unknown option '${name}' in persist; there are: key storage keys onError`);
  if (typeof key !== 'string' || key === '') fail('persist needs a key: a string that is not empty');
  if (!isStorage(storage)) {
    fail("the option storage must be 'localStorage', 'indexedDB' or an object with get(), set() and delete()");
  }
  const listed = typeof keys === 'object' && keys !== null && Symbol.iterator in keys ? [...keys] : keys;
  if (listed !== undefined && !(Array.isArray(listed) && listed.every((name) => typeof name === 'string'))) {
    fail('the option keys must be a list of strings');
  }
  if (onError !== undefined && typeof onError !== 'function') fail('the option onError must be a function');
  return { key, storage, keys: listed, onError };
};

export class Keeper {
  #options;
  #version;
  #report;
  #storage;
  #stop = () => {};
  #cancel;
  #state;
  #reported = new Set();
  #mayWrite = true;

  /** `report(error)` takes what goes wrong, unless the options have an `onError`. */
  constructor(options, version, report) {
    this.#options = options;
    this.#version = version;
    this.#report = options.onError ?? report;
    try {
      this.#storage = openStorage(options.storage, options.key);
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * Reads what is stored. Calls `found(slices)` once: before this returns if the storage answers at once, otherwise later, and
   * then this returns a promise.
   */
  load(initial, found) {
    if (!this.#storage) return found({});
    this.#stop = watchStorage(this.#storage, (what) => what === true && this.#write(true));
    let slices = {};
    const read = (image) => {
      slices = this.#read(image, initial);
    };
    const failed = (error) => this.#fail(error);
    try {
      const waiting = this.#storage.exchange(read, true);
      if (waiting) return waiting.catch(failed).then(() => found(slices));
    } catch (error) {
      failed(error);
    }
    return found(slices);
  }

  /** The shared state is another one; it is written when the page is idle. */
  changed(state) {
    this.#state = state;
    this.#cancel ??= whenIdle(() => this.#write(false));
  }

  /** Writes what waits, and ends. */
  destroy() {
    this.#write(true);
    this.#stop();
    this.#storage = undefined;
  }

  #isKept(name, slice) {
    const { keys } = this.#options;
    return (keys === undefined || keys.includes(name)) && name !== '_persist' && !isQuerySlice(name, slice);
  }

  #read(image, initial) {
    const [kind, version, , , ...records] = unpackRecords(image[0]);
    if (kind === UNKNOWN || (kind === OURS && version !== this.#version)) {
      // Not to be understood, and not to be lost.
      if (kind === UNKNOWN) this.#mayWrite = false;
      else image[3] = [':older', image[0]];
      this.#fail('version');
      return {};
    }
    if (kind === CORRUPT) {
      image[3] = [':corrupt', image[0]];
      this.#fail('corrupt');
    }
    const slices = {};
    for (let i = 0; i < records.length; i += 5) {
      const [name, , , value] = records.slice(i, i + 4);
      if (Object.hasOwn(initial, name) && value !== undefined && this.#isKept(name, value)) slices[name] = value;
    }
    return slices;
  }

  #write(hurry) {
    this.#cancel?.();
    this.#cancel = undefined;
    const state = this.#state;
    if (!this.#storage || !this.#mayWrite || !isPlain(state)) return;
    this.#state = undefined;
    const records = Object.keys(state)
      .filter((name) => this.#isKept(name, state[name]))
      .flatMap((name) => [name, 0, 0, unmarked(state[name]), false]);
    const [packed, refused] = packRecords(this.#version, 0, false, records, this.#storage.structured);
    if (refused !== undefined) this.#fail('value', { slice: refused });
    const put = (image) => {
      image[2] = [packed, undefined];
    };
    try {
      this.#storage.exchange(put, hurry)?.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause, details) {
    const error = storageError(cause, this.#options.key, details);
    if (this.#reported.has(error.details.reason)) return;
    this.#reported.add(error.details.reason);
    this.#report(error);
  }
}
