// What values consist of, for merging, and values put together from parts.
import { lock, locked, put, settled } from './frozen.js';
import { isMap, isPlain, isSet, wellFormed } from './kinds.js';

/** `{ key: value }` of parallel lists, for messengers that carry plain payloads. Deleted keys are undefined. */
export function objectOf(keys, values) {
  const out = {};
  for (let i = 0; i < keys.length; i++) put(out, keys[i], values[i]);
  return out;
}

/** A read-only Map of parallel lists, or without values a Set. */
export function collectionOf(keys, values) {
  return lock(values ? new Map(keys.map((key, i) => [key, values[i]])) : new Set(keys));
}

/** A bigint as its digits, or the bigint of digits. */
export function big(value) {
  return typeof value === 'bigint' ? String(value) : BigInt(value);
}

const isAtom = (value) =>
  value === null ||
  typeof value === 'boolean' ||
  typeof value === 'number' ||
  (typeof value === 'string' && wellFormed(value));

/** No bigint of more digits is merged by: digits become a number and back in more time than they take to be sent. */
const LIMIT_OF_BIG = 10n ** 100n;

/** What a Map or Set is merged by. */
const isKey = (value) =>
  isAtom(value) || value === undefined || (typeof value === 'bigint' && value < LIMIT_OF_BIG && value > -LIMIT_OF_BIG);

/** What tells records apart; undefined where nothing does. */
const identityOf = (value, by) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !isPlain(value)) return undefined;
  const id = Object.hasOwn(value, by) ? value[by] : undefined;
  return (typeof id === 'string' && wellFormed(id)) || Number.isFinite(id) ? id : undefined;
};

const isCollection = (value) => isMap(value) || isSet(value);

/** [true, key, value, ...] for a Map, [false, member, ...] for a Set, 0 for what is not merged by its keys. */
const partsOfCollection = (value) => {
  if (isSet(value)) return [...value].every(isKey) ? [false, ...value] : 0;
  if (!isMap(value)) return 0;
  const parts = [true];
  for (const [key, held] of value) {
    if (!isKey(key) || held === undefined) return 0;
    parts.push(key, held);
  }
  return parts;
};

/**
 * What a value consists of, for merging: 1 for an array of primitives, [true, identity, value, ...] for any other array,
 * [key, value, ...] for a plain object, for Maps and Sets see above, 0 for anything else, and for what a key or string of it could
 * not cross into wasm unchanged. The property `by` identifies records.
 */
export function partsOf(value, by) {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    const elements = [true];
    for (let i = 0; i < value.length; i++) {
      const element = value[i];
      if (typeof element === 'object' ? !(i in value) : !isAtom(element)) return 0;
      elements.push(identityOf(element, by), element);
    }
    return value.every(isAtom) ? 1 : elements;
  }
  if (!isPlain(value)) return partsOfCollection(value);
  if (Object.prototype.toString.call(value) !== '[object Object]') return 0;
  const parts = [];
  for (const key of Object.keys(value)) {
    // An undefined property is one that is there: a merge by path could not tell it from none.
    if (!wellFormed(key) || value[key] === undefined) return 0;
    parts.push(key, value[key]);
  }
  return parts;
}

/**
 * Of two plain objects the properties that are not the very same, [key, value, ...], undefined for those that are gone;
 * undefined where one of them could not be merged by path.
 */
export function changedFields(next, before) {
  if (typeof next !== 'object' || next === null || Array.isArray(next) || !isPlain(next)) return undefined;
  if (Object.prototype.toString.call(next) !== '[object Object]') return undefined;
  const changed = [];
  for (const key of Object.keys(next)) {
    const value = next[key];
    if (Object.is(value, before[key]) && Object.hasOwn(before, key)) continue;
    if (!wellFormed(key) || value === undefined) return undefined;
    changed.push(key, value);
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(next, key)) changed.push(key, undefined);
  return changed;
}

/** As changedItems, of a Map that shows and whatever is to show. */
const changedEntries = (next, before) => {
  if (typeof next !== 'object' || next === null || !isMap(next)) return undefined;
  const [changed, added] = [[], [true]];
  const others = before.entries();
  let other = others.next();
  let place = 0;
  const pass = (value, isChanged) => {
    if (isChanged) changed.push(place, value);
    place++;
    other = others.next();
  };
  for (const [key, value] of next) {
    if (value === undefined) return undefined;
    if (!before.has(key)) {
      if (!isKey(key)) return undefined;
      added.push(key, value);
      continue;
    }
    while (!other.done && !Object.is(other.value[0], key)) {
      if (next.has(other.value[0])) return undefined;
      pass(undefined, true);
    }
    if (other.done || added.length > 1) return undefined;
    pass(value, !Object.is(value, other.value[1]));
  }
  while (!other.done) pass(undefined, true);
  return [changed, added];
};

/**
 * Of two arrays with the same identities in the same order, or two Maps of which the first has the second's entries in their order,
 * without some, and new ones behind them: `[changed, added]`, as [place, value, ...] of the elements that are not the very same,
 * undefined for those that are gone, and [true, key, value, ...]. Undefined for others.
 */
export function changedItems(next, before, by) {
  if (!Array.isArray(before)) return changedEntries(next, before);
  if (!Array.isArray(next) || next.length !== before.length) return undefined;
  const changed = [];
  for (let i = 0; i < next.length; i++) {
    if (Object.is(next[i], before[i]) && i in next) continue;
    const id = identityOf(next[i], by);
    if (id === undefined || !Object.is(id, identityOf(before[i], by))) return undefined;
    changed.push(i, next[i]);
  }
  return [changed, []];
}

/**
 * The same object, array or merged Map with [key or place, value, ...] in the place of what it has there; undefined if it does not
 * have one of them.
 */
export function withParts(before, parts) {
  const isLocked = locked.has(before);
  const next = isLocked ? [...before] : Array.isArray(before) ? [...before] : { ...before };
  for (let i = 0; i < parts.length; i += 2) {
    if (!Object.hasOwn(next, parts[i])) return undefined;
    put(next, parts[i], isLocked ? [next[parts[i]][0], parts[i + 1]] : parts[i + 1]);
  }
  return isLocked ? lock(new Map(next)) : next;
}

// A value of more parts is merged as a whole, each part counted as often as it occurs: a few objects that hold each other twice
// would be 2^32 parts at the depth to which objects are merged, and so a page that stands still.
const PARTS_MERGED = 50_000;
/** How many parts settled values have. */
const sizes = new WeakMap();

/** Whether a merge by parts would be of no more than PARTS_MERGED, with each counted as often as it occurs. */
export function isSmall(value) {
  return sizeOf(value) <= PARTS_MERGED;
}

/** What an array, Map or Set holds; undefined for anything else. */
const heldBy = (part) =>
  Array.isArray(part) ? part : !isPlain(part) && isCollection(part) ? [...part.values()] : undefined;

/** How many parts it has, each counted as often as it occurs, or more than PARTS_MERGED. */
const sizeOf = (value) => {
  let met = 0;
  const todo = [value];
  while (todo.length > 0) {
    const part = todo.pop();
    if (++met > PARTS_MERGED) return met;
    if (typeof part !== 'object' || part === null) continue;
    if (part !== value && settled.has(part)) {
      let size = sizes.get(part);
      if (size === undefined) {
        size = sizeOf(part);
        sizes.set(part, size);
      }
      met += size - 1;
      continue;
    }
    const held = heldBy(part);
    if (held) {
      if (held.length > PARTS_MERGED) return held.length;
      todo.push(...held.filter((element) => typeof element === 'object' && element !== null));
      met += held.length;
      continue;
    }
    if (!isPlain(part)) continue;
    for (const key of Object.keys(part)) todo.push(part[key]);
    if (todo.length + met > PARTS_MERGED) return todo.length + met;
  }
  return met;
};

/** Whether a string is the same after its way into wasm and back. */
export function isWellFormed(text) {
  return wellFormed(text);
}

/** Whether two strings have half of the shorter one in common, at their beginnings or at their ends; no surrogate pair is cut. */
export function sharesHalf(a, b) {
  let half = Math.ceil(Math.min(a.length, b.length) / 2);
  if (/[\ud800-\udbff]/.test(a[half - 1])) half += 1;
  return a.slice(0, half) === b.slice(0, half) || a.slice(a.length - half) === b.slice(b.length - half);
}
