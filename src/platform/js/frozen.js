// Values as they are handed out: plain data is frozen all the way down, and so are the Maps and Sets that merging puts together.
// Other Maps, typed arrays and the like stay as they are.
import { isPlain } from './kinds.js';

/** `object[key] = value`, whatever the key is called. */
export const put = (object, key, value) => {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
};

/** Data that was frozen here, all the way down: it is what it was, so nobody needs a copy. */
export const settled = new WeakSet();

/** Whether a value is compared by its content, and never changes. */
export function isSettled(value) {
  return typeof value !== 'object' || value === null || settled.has(value);
}

/** The Maps and Sets whose methods refuse to change them. */
export const locked = new WeakSet();

const refuse = {
  value() {
    throw new TypeError('a merged Map or Set of a state cannot be changed: call setState with a new one');
  },
};

/** A Map or Set that was made here, from now on read-only. Its clones are ordinary ones. */
export const lock = (collection) => {
  for (const method of ['set', 'add', 'delete', 'clear']) {
    if (method in collection) Object.defineProperty(collection, method, refuse);
  }
  locked.add(collection);
  return Object.freeze(collection);
};

/** Whether all of it is frozen now: plain data, and what is locked. */
const freeze = (value) => {
  if (typeof value !== 'object' || value === null || settled.has(value)) return true;
  let all = true;
  if (locked.has(value)) for (const part of value.values()) all = freeze(part) && all;
  else {
    if (Object.isFrozen(value)) return false;
    const isList = Array.isArray(value);
    if (!isList && !isPlain(value)) return false;
    Object.freeze(value);
    // A very long list by its keys: its length says nothing of what is in it.
    if (isList && value.length <= 1_000_000) for (let i = 0; i < value.length; i++) all = freeze(value[i]) && all;
    else for (const key of Object.keys(value)) all = freeze(value[key]) && all;
  }
  if (all) settled.add(value);
  return all;
};

/** Freezes plain data all the way down: a handed-out value cannot change behind the state's back. */
export function handOut(value) {
  if (typeof value === 'object' && value !== null) {
    try {
      freeze(value);
    } catch {
      // Too deep to walk: it stays as it is.
    }
  }
  return value;
}

/** The next frozen snapshot: `previous` with [key, value, ...] laid over; undefined removes a key. */
export function patch(previous, changes) {
  const next = { ...previous };
  for (let i = 0; i < changes.length; i += 2) {
    const value = changes[i + 1];
    if (value === undefined) delete next[changes[i]];
    else put(next, changes[i], handOut(value));
  }
  return Object.freeze(next);
}
