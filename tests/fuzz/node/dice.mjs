// Where a case takes its choices from: a seed, or the list of an earlier case. Every choice is one number of 32 bits, and 0 is
// the plainest of each kind, so that a case is made smaller by making its list shorter and its numbers 0.

import { realNow } from './clock.mjs';

const LONGEST = 20_000;

export class Dice {
  #state;
  #list;
  #at = 0;
  /** What was drawn. */
  drawn = [];

  /** @param {number | number[]} source */
  constructor(source) {
    if (Array.isArray(source)) this.#list = source;
    else this.#state = Math.imul(source, 0x9e3779b1) >>> 0;
  }

  #roll() {
    // mulberry32, by Tommy Ettinger.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  next() {
    if (this.drawn.length >= LONGEST) return 0;
    const value = this.#list ? (this.#list[this.#at++] ?? 0) : this.#roll();
    this.drawn.push(value);
    return value;
  }

  below = (count) => this.next() % count;
  /** True once in `count`; never when the list is over. */
  once = (count) => this.next() % count === count - 1;
  pick = (list) => list[this.below(list.length)];
  /** From low to high, both included. */
  between = (low, high) => low + this.below(high - low + 1);
}

/**
 * The smallest list of choices found, in the time given, with which `fails(list)` still tells of a failure.
 * @param {(list: number[]) => Promise<boolean>} fails
 */
export async function shrink(list, fails, ms) {
  const end = realNow() + ms;
  const late = () => realNow() > end;
  let best = list;
  const attempt = async (next) => {
    if (!(await fails(next))) return false;
    best = next;
    return true;
  };
  for (let size = best.length >> 1; size > 0 && !late(); size >>= 1) {
    for (let at = 0; at < best.length && !late();) {
      const without = [...best.slice(0, at), ...best.slice(at + size)];
      if (!(await attempt(without))) at += size;
    }
  }
  for (let at = 0; at < best.length && !late(); at++) {
    if (best[at] !== 0) await attempt(best.with(at, 0));
  }
  return best;
}
