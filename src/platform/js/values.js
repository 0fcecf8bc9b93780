// Users' values: copied when they are written, compared, and frozen when they are handed out (frozen.js). Only merging looks into
// them (parts.js). Everywhere else they are opaque handles.
//
// The writing side takes a private copy, which also proves that the value can be cloned. A snapshot is frozen, plain data all the
// way down, so a mutation can neither change one window alone nor hide from the comparison that drops writes which change
// nothing. Maps that are not merged, typed arrays and the like are not frozen: writing the very same one again counts as a change. A state reads
// through a Proxy of plain data (Vue's reactive objects), whatever its size; a message refuses it by name, because messages are
// not looked into.
import { makeError } from './errors.js';
import { put, settled } from './frozen.js';
import { isError, isMap, isPlain, isSet, wellFormed } from './kinds.js';

export { fingerprint } from './fingerprint.js';

// Above these a value is handed to structuredClone whole.
const MAX_DEPTH = 64;
const MAX_NODES = 10_000;

const join = (path, key) => (path === '' ? String(key) : `${path}.${String(key)}`);

/** The refusals that were made here: a user's getter may throw whatever it likes. */
const refusals = new WeakSet();

const refusal = (path, what, cause) => {
  const error = makeError(
    'ERR_SERIALIZATION',
    `cannot be sent to another window: ${path === '' ? 'the value' : path} ${what}`,
    { path },
  );
  if (cause !== undefined) error.cause = cause;
  refusals.add(error);
  return error;
};

const whatIs = (value) =>
  typeof value === 'function'
    ? 'is a function'
    : typeof value === 'symbol'
      ? 'is a symbol'
      : 'cannot be cloned by the structured clone algorithm';

/** `holder[key]`, which may be a getter, or a Proxy that throws. */
const read = (holder, key, path) => {
  try {
    return holder[key];
  } catch (cause) {
    throw refusal(path, 'throws when it is read', cause);
  }
};

/** The same value without Proxies of plain data, whatever is shared in it or contains itself. */
const unwrapped = (root) => {
  const made = new Map();
  const todo = [];
  const take = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (made.has(value)) return made.get(value);
    if (!Array.isArray(value) && !isPlain(value)) return value;
    const out = Array.isArray(value) ? new Array(value.length) : {};
    made.set(value, out);
    todo.push([value, out]);
    return out;
  };
  const top = take(root);
  while (todo.length > 0) {
    const [from, to] = todo.pop();
    for (const key of Object.keys(from)) put(to, key, take(from[key]));
  }
  return top;
};

const clone = (value, path) => {
  try {
    return structuredClone(value);
  } catch (cause) {
    let plain = value;
    try {
      plain = unwrapped(value);
      return structuredClone(plain);
    } catch {
      // Of a Proxy it is what it shows that is to blame.
      throw explain(plain, path, cause);
    }
  }
};

const MOVED = /^\[object (MessagePort|OffscreenCanvas|RTCDataChannel|(Readable|Writable|Transform)Stream)\]$/;

/** Objects that are never copied, only handed over. */
const movedIn = (value, found = [], seen = new Set()) => {
  if (typeof value !== 'object' || value === null || seen.has(value)) return found;
  seen.add(value);
  if (MOVED.test(Object.prototype.toString.call(value))) found.push(value);
  else for (const key of Object.keys(value)) movedIn(value[key], found, seen);
  return found;
};

/** What another window would receive, or undefined for what cannot be cloned: for wires that hand objects over as they are. */
export function received(frame) {
  try {
    return structuredClone(frame);
  } catch {
    try {
      return structuredClone(frame, { transfer: movedIn(frame) });
    } catch {
      return undefined;
    }
  }
}

/** The error that names the part of `value` which the structured clone algorithm refuses. */
export function explain(value, path, cause) {
  const seen = new Set();
  const visit = (part, at, depth) => {
    if (typeof part === 'function' || typeof part === 'symbol') return refusal(at, whatIs(part), cause);
    if (typeof part !== 'object' || part === null || depth > MAX_DEPTH) return undefined;
    if (seen.has(part) || seen.size > MAX_NODES) return undefined;
    seen.add(part);
    try {
      if (isMap(part) || isSet(part)) {
        for (const [key, inner] of part.entries()) {
          const found = visit(inner, join(at, typeof key === 'object' ? '(key)' : String(key)), depth + 1);
          if (found) return found;
        }
      } else if (Array.isArray(part) || isPlain(part)) {
        for (const key of Object.keys(part)) {
          const found = visit(read(part, key, join(at, key)), join(at, key), depth + 1);
          if (found) return found;
        }
      }
      // All of its parts can be cloned: it is the thing itself, a Proxy for one, or nothing here.
      structuredClone(part);
      return undefined;
    } catch (error) {
      if (refusals.has(error)) return error;
      // A list of a million holes takes as long to clone as one of values.
      return depth < MAX_DEPTH ? refusal(at, whatIs(part), cause) : undefined;
    }
  };
  return visit(value, path, 0) ?? refusal(path, 'is too deep or too large to be cloned', cause);
}

class TooBig extends Error {}

/** What there is to copy: its keys if it is plain data, nothing for anything else. A Proxy may throw at either question. */
const keysOf = (value, path) => {
  try {
    return Array.isArray(value) || isPlain(value) ? Object.keys(value) : undefined;
  } catch (cause) {
    throw refusal(path, 'throws when it is read', cause);
  }
};

/** A Map or Set with copies of what it holds, as structured clone makes it; undefined for anything else. */
const copyCollection = (value, path, depth, budget) => {
  const isKeyed = isMap(value);
  if (!isKeyed && !isSet(value)) return undefined;
  const out = isKeyed ? new Map() : new Set();
  budget.made.set(value, out);
  const part = (held, at) => copy(held, at, depth + 1, budget);
  const prototype = isKeyed ? Map.prototype : Set.prototype;
  prototype.forEach.call(value, (held, key) => {
    const at = join(path, typeof key === 'object' ? '(key)' : String(key));
    if (isKeyed) out.set(part(key, at), part(held, at));
    else out.add(part(held, at));
  });
  return out;
};

/** `made`: the copy of each object so far. What stands in a value twice, or contains itself, does so in its copy. */
const copy = (value, path, depth, budget) => {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol') throw refusal(path, whatIs(value));
    return value;
  }
  if (settled.has(value)) return value;
  const known = budget.made.get(value);
  if (known !== undefined) return known;
  if (depth > MAX_DEPTH || --budget.nodes < 0) throw new TooBig();
  const keys = keysOf(value, path);
  if (keys === undefined) {
    const collection = copyCollection(value, path, depth, budget);
    if (collection) return collection;
    // Structured clone finds further objects in it: those may stand elsewhere in the value too.
    if (depth > 0 && isError(value)) throw new TooBig();
    const out = clone(value, path);
    budget.made.set(value, out);
    return out;
  }
  if (Array.isArray(value)) {
    const { length } = value;
    // Indices come first and rise: as many keys as the length, the last one an index, are indices without a hole.
    if (length > budget.nodes || keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1)))
      throw new TooBig();
    const out = new Array(length);
    budget.made.set(value, out);
    for (let i = 0; i < length; i++) {
      const at = join(path, i);
      out[i] = copy(read(value, i, at), at, depth + 1, budget);
    }
    return out;
  }
  const out = {};
  budget.made.set(value, out);
  for (const key of keys) {
    const at = join(path, key);
    put(out, key, copy(read(value, key, at), at, depth + 1, budget));
  }
  return out;
};

/** A private copy of `value`, as another window would receive it. Throws SerializationError naming the path. */
export function own(value, path) {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol') throw refusal(path, whatIs(value));
    return value;
  }
  try {
    return copy(value, path, 0, { nodes: MAX_NODES, made: new Map() });
  } catch (error) {
    if (error instanceof TooBig) return clone(value, path);
    if (refusals.has(error)) throw error;
    throw refusal(path, 'throws when it is read', error);
  }
}

/**
 * The writes in `updates` as [key, value, key, value, ...], each value owned.
 * Every getter and Proxy trap runs here, before anything is applied.
 */
export function prepare(updates, what) {
  let keys;
  try {
    if (typeof updates === 'object' && updates !== null && !Array.isArray(updates)) keys = Object.keys(updates);
  } catch (cause) {
    throw refusal('', 'throws when it is read', cause);
  }
  if (keys === undefined) {
    const got = updates === null ? 'null' : typeof updates === 'object' ? 'an array' : typeof updates;
    throw makeError('ERR_ARGUMENT', `${what} must be a plain object, not ${got}`);
  }
  const out = [];
  for (const key of keys) {
    if (!wellFormed(key)) throw makeError('ERR_ARGUMENT', 'a key holds half of a surrogate pair');
    out.push(key, own(read(updates, key, key), key));
  }
  return out;
}

const sameBytes = (a, b) => {
  const x = new Uint8Array(a.buffer ?? a, a.byteOffset ?? 0, a.byteLength);
  const y = new Uint8Array(b.buffer ?? b, b.byteOffset ?? 0, b.byteLength);
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
};

/** Of two Maps or two Sets, in their order. */
const sameEntries = (x, y, met) => {
  if (x.size !== y.size) return false;
  const others = y.entries();
  for (const [key, value] of x.entries()) {
    const [other, held] = others.next().value;
    if (!equal(key, other, met) || !equal(value, held, met)) return false;
  }
  return true;
};

/** Parts that stand in many places make as many pairs as the one value has parts times the other: beyond this many, no more. */
const MAX_PAIRS = 1_000_000;

/** Which parts have been compared with which, or are being compared: then they add no difference. */
class Pairs {
  #first = new Map();
  #more = new Map();
  #count = 0;

  meet(a, b) {
    const first = this.#first.get(a);
    if (first === b) return true;
    if (++this.#count > MAX_PAIRS) throw new TooBig();
    if (first === undefined) {
      this.#first.set(a, b);
      return false;
    }
    const more = this.#more.get(a);
    if (more === undefined) this.#more.set(a, new Set([b]));
    else if (more.has(b)) return true;
    else more.add(b);
    return false;
  }
}

const equal = (a, b, met) => {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (met.meet(a, b)) return true;
  const tag = Object.prototype.toString.call(a);
  if (tag !== Object.prototype.toString.call(b)) return false;
  if (tag === '[object Date]') return Object.is(a.getTime(), b.getTime());
  if (tag === '[object RegExp]') return String(a) === String(b);
  if (tag === '[object Error]') return a.name === b.name && a.message === b.message && equal(a.cause, b.cause, met);
  if (/^\[object (Boolean|Number|String)\]$/.test(tag)) return Object.is(a.valueOf(), b.valueOf());
  if (ArrayBuffer.isView(a) || tag === '[object ArrayBuffer]') return sameBytes(a, b);
  if (tag === '[object Map]' || tag === '[object Set]') return sameEntries(a, b, met);
  if (tag !== '[object Array]' && tag !== '[object Object]') return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    (tag !== '[object Array]' || a.length === b.length) &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key], met))
  );
};

const deepEqual = (a, b) => {
  try {
    return equal(a, b, new Pairs());
  } catch {
    // Too deep or too much to compare.
    return false;
  }
};

/**
 * Whether writing `next` over `held` changes nothing. An object that cannot be frozen and is the very one held may have
 * been changed in place, which nobody could see: it counts as changed.
 */
export function unchanged(held, next) {
  if (held === next && typeof next === 'object' && next !== null) return Object.isFrozen(next);
  return deepEqual(held, next);
}

/**
 * Whether a function is a test's mock: it carries what it was called with, as those of Vitest, Jest, Sinon, Jasmine and Node do.
 * Tests compare that with the two arguments of a hand-written class.
 */
export function isMock(listener) {
  try {
    return listener.mock !== undefined || Object.keys(listener).length > 0;
  } catch {
    return false; // a Proxy
  }
}

const WITHOUT_PARAMETERS = /^(async\s*)?(function\s*[\w$]*\s*)?\(\s*\)/;

/**
 * Whether a listener may read the arguments it is called with. Only one whose source declares no parameter and names
 * neither `arguments` nor `eval` certainly does not: a rest or default parameter, a bound or native function may.
 */
export function readsArguments(listener) {
  try {
    const source = Function.prototype.toString.call(listener);
    return !WITHOUT_PARAMETERS.test(source) || /\b(arguments|eval)\b|\[native code\]/.test(source);
  } catch {
    return true; // a Proxy
  }
}

/** Deep equality. */
export function same(a, b) {
  return deepEqual(a, b);
}

// Loaded by way of this module, like what browser.js hands on.
export { handOut, isSettled, patch } from './frozen.js';
export { isFloats } from './kinds.js';
export {
  big,
  changedFields,
  changedItems,
  collectionOf,
  isSmall,
  isWellFormed,
  objectOf,
  partsOf,
  sharesHalf,
  withParts,
} from './parts.js';
