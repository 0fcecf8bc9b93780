// Frames that the receiver cannot deserialise: only the sender could clone them. In their place the receiver gets a
// `messageerror` without data, so it can only say which frame it was, by number; the sender remembers what its last ones were.

import { hold, isSamePage } from './hold.js';
import { isBuffer, isFloats } from './kinds.js';

/** How many frames a sender remembers, by their first three elements. */
const KEPT = 512;

/** Posts frames on one wire, numbers them from 1 on, and remembers the heads of the last. */
class Posted {
  #count = 0;
  #heads = [];
  #window;
  #hold;

  /** `source`: the window at the other end, if it is one. */
  constructor(source) {
    this.#window = source;
  }

  #note(frame) {
    this.#heads[this.#count++ % KEPT] = [frame[0], frame[1], frame[2]];
  }

  post(port, frame, transfer) {
    if (!this.#hold?.takes(frame, transfer)) port.postMessage(frame, transfer);
    this.#note(frame);
  }

  /** The page is left, and may return: see hold.js. What waits is posted if it may not. */
  hold(port, mayReturn) {
    this.#hold?.end();
    if (mayReturn && isSamePage(this.#window)) this.#hold = hold(port, this.#window);
  }

  /** In an envelope that names the sender, the receiver (null: everyone) and the number. */
  broadcast(channel, own, to, frame) {
    channel.postMessage([own, to, frame, this.#count + 1]);
    this.#note(frame);
  }

  /** The first three elements of the frame with this number; undefined if it is not remembered. */
  head(number) {
    if (!Number.isInteger(number) || number > this.#count || number <= this.#count - KEPT) return undefined;
    return this.#heads[(number - 1) % KEPT];
  }
}

/** Senders on a channel whose numbers are remembered. */
const SENDERS = 1024;

/** Finds out whose frames on a channel could not be read: the numbers of that sender's next readable frame leave a gap. */
class Gaps {
  #last = new Map();
  #failed = 0;

  /** A `messageerror` came. */
  fail() {
    this.#failed += 1;
  }

  /** A readable envelope came. The numbers before it that did not, if some frames could not be read; else undefined. */
  came(envelope) {
    const [from, , , number] = envelope;
    if (typeof from !== 'string' || !Number.isSafeInteger(number) || number < 1) return undefined;
    const last = this.#last.get(from);
    if (last === undefined && this.#last.size >= SENDERS) this.#last.clear();
    this.#last.set(from, number);
    if (this.#failed === 0 || last === undefined || !(number > last + 1)) return undefined;
    const count = Math.min(number - last - 1, this.#failed);
    this.#failed -= count;
    return Array.from({ length: count }, (_, i) => last + 1 + i);
  }
}

export const newPosted = (source) => new Posted(source);

export const newGaps = () => new Gaps();

/** Arrays of our own in a frame are no deeper than this. */
const MAX_DEPTH = 6;

const isOurs = (part) => isFloats(part) && isBuffer(part.buffer);

/** A frame and its lists; and what a cell that is more than a value is made of, see `cells.rs`. */
const isList = (part, path, frame) => {
  if (!Array.isArray(part)) return false;
  if (path.length < 2) return true;
  const name = frame[path[0] - 1]?.[path[1]];
  const isCell = path.length <= MAX_DEPTH && typeof name === 'string' && name.includes('\0');
  return isCell && typeof part[0] !== 'string' && Object.keys(part).join() === [...part.keys()].join();
};

let nextId = 0;

/**
 * The frames that bring each object in `frame` by itself, `[fragment, label, id, object]`, and last the frame without them,
 * `[reassembly, label, frame, [[id, ...path], ...]]`: so that all that can be read of it is, and the receiver knows what cannot.
 */
export function fragmentsOf(frame, fragment, reassembly) {
  const label = frame[1];
  const out = [];
  const places = [];
  const visit = (part, path) => {
    if (typeof part !== 'object' || part === null || isOurs(part)) return part;
    if (isList(part, path, frame)) return Array.from(part, (inner, i) => visit(inner, [...path, i]));
    nextId += 1;
    out.push([fragment, label, nextId, part]);
    places.push([nextId, ...path]);
    return null;
  };
  out.push([reassembly, label, visit(frame, []), places]);
  return out;
}

/**
 * Puts the fragments (a Map by id) in their places. What is missing stays null: its paths in the frame are returned, the first
 * two steps of each in one list. Undefined for what is no frame of ours.
 */
export function reassemble(frame, places, fragments) {
  // A list may say that it is long and hold nothing.
  if (!Array.isArray(frame) || !Array.isArray(places) || Object.keys(places).length !== places.length) return undefined;
  const missing = [];
  for (const place of places) {
    if (!Array.isArray(place) || place.length < 2 || place.length > MAX_DEPTH + 2) return undefined;
    const [id, ...path] = place;
    // Nothing but numbers: what else stands there may throw when it is made a key.
    if (!path.every(Number.isInteger)) return undefined;
    let holder = frame;
    while (path.length > 1 && Array.isArray(holder)) holder = holder[path.shift()];
    if (!Array.isArray(holder) || !Object.hasOwn(holder, path[0])) return undefined;
    if (fragments?.has(id)) holder[path[0]] = fragments.get(id);
    else missing.push(place[1], place[2]);
  }
  return missing;
}

/** `fragments` with one more; a new Map if there is none. */
export function keepFragment(fragments, id, value) {
  return (fragments ?? new Map()).set(id, value);
}
