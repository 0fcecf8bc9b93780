// Fingerprints of users' values: 53 bits that are the same in every window that got a copy of the value, whatever way the copy
// took. They find out that a peer gave two windows different values under one name. Made for speed, not against a peer that works
// out two values with the same fingerprint.
//
// The order of an object's properties does not count, nor whether a part that stands in two places is one object. A value of
// which some part cannot be read (a WebAssembly.Module, a file, a function) counts as null, as it does where that part could not
// be deserialised.
import { isPlain } from './kinds.js';

/** Objects of which each is walked as often as it occurs; beyond, or deeper than that, each once. */
const MAX_WALKS = 20_000;
const MAX_REPEAT_DEPTH = 500;
/** Longer lists are walked by their keys: a length says nothing of what is in it. */
const MAX_DENSE_LENGTH = 100_000;

const OPAQUE = Symbol('cannot be read');
const SHARED_TOO_OFTEN = Symbol('parts that stand in many places');

// Of the object that is being walked: two halves of its fingerprint. The rest of the walk waits on the stack.
let left = 0;
let right = 0;
let count = 0;
/** The fingerprints of objects, once each is walked only once; null while one is being walked. */
let known;

const feed = (word) => {
  left = Math.imul(left ^ word, 0x9e3779b1);
  left ^= left >>> 15;
  right = Math.imul(right ^ word, 0x85ebca6b);
  right ^= right >>> 13;
};

const feedText = (text) => {
  feed(text.length);
  for (let i = 0; i < text.length; i++) {
    const word = text.charCodeAt(i);
    left = Math.imul(left ^ word, 0x9e3779b1);
    right = Math.imul(right ^ word, 0x85ebca6b);
    left ^= left >>> 15;
    right ^= right >>> 13;
  }
};

const FLOAT = new Float64Array(1);
const WORDS = new Int32Array(FLOAT.buffer);

const feedNumber = (number) => {
  const small = number | 0;
  if (small === number) {
    feed(small);
    return;
  }
  // Every NaN is one.
  FLOAT[0] = Number.isNaN(number) ? NaN : number;
  feed(0x6e);
  feed(WORDS[0]);
  feed(WORDS[1]);
};

const feedBytes = (buffer, offset, length) => {
  if (Object.prototype.toString.call(buffer) !== '[object ArrayBuffer]') throw OPAQUE;
  const bytes = new Uint8Array(buffer, offset, length);
  feed(length);
  for (let i = 0; i < length; i++) feed(bytes[i]);
};

const feedObject = (object, depth) => {
  if (Array.isArray(object)) {
    const { length } = object;
    feed(11);
    feed(length);
    if (length <= MAX_DENSE_LENGTH) {
      for (let i = 0; i < length; i++) visit(object[i], depth);
      return;
    }
  } else if (!isPlain(object)) {
    const tag = Object.prototype.toString.call(object);
    feedText(tag);
    if (ArrayBuffer.isView(object)) return feedBytes(object.buffer, object.byteOffset, object.byteLength);
    switch (tag) {
      case '[object ArrayBuffer]':
        return feedBytes(object, 0, object.byteLength);
      case '[object Date]':
        return feedNumber(object.getTime());
      case '[object RegExp]':
        return feedText(String(object));
      case '[object Error]':
        feedText(String(object.name));
        return feedText(String(object.message));
      case '[object Boolean]':
      case '[object Number]':
      case '[object String]':
        return visit(object.valueOf(), depth);
      case '[object Map]':
        feed(object.size);
        for (const [key, value] of object) {
          visit(key, depth);
          visit(value, depth);
        }
        return;
      case '[object Set]':
        feed(object.size);
        for (const value of object) visit(value, depth);
        return;
      case '[object Object]':
        break;
      default:
        throw OPAQUE;
    }
  }
  const keys = Object.keys(object).sort();
  feed(keys.length);
  for (const key of keys) {
    feedText(key);
    visit(object[key], depth);
  }
};

const visit = (value, depth) => {
  switch (typeof value) {
    case 'string':
      feed(1);
      return feedText(value);
    case 'number':
      feed(2);
      return feedNumber(value);
    case 'boolean':
      return feed(value ? 3 : 4);
    case 'undefined':
      return feed(5);
    case 'bigint':
      feed(6);
      return feedText(value.toString(16));
    case 'object':
      break;
    default:
      throw OPAQUE;
  }
  if (value === null) return feed(7);
  if (known === undefined && (++count > MAX_WALKS || depth > MAX_REPEAT_DEPTH)) throw SHARED_TOO_OFTEN;
  let print = known?.get(value);
  if (print === undefined) {
    const outside = [left, right];
    known?.set(value, null);
    left = 17;
    right = 29;
    feedObject(value, depth + 1);
    print = [left, right];
    known?.set(value, print);
    [left, right] = outside;
  }
  // One that contains itself.
  if (print === null) return feed(8);
  feed(print[0]);
  feed(print[1]);
};

const walk = (value, prints) => {
  left = 1;
  right = 2;
  count = 0;
  known = prints;
  visit(value, 0);
};

/** The fingerprint of a value. */
export function fingerprint(value) {
  try {
    try {
      walk(value, undefined);
    } catch (error) {
      if (error !== SHARED_TOO_OFTEN) throw error;
      walk(value, new Map());
    }
  } catch {
    // Some part cannot be read, or it is too deep to walk.
    walk(null, undefined);
  }
  known = undefined;
  feed(0);
  return (right & 0x1fffff) * 2 ** 32 + (left >>> 0);
}
