// Values that nobody asked for, and real frames with something in them changed.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';

/** Deeply equal, as far as anybody can look. */
export function assertSame(actual, expected, what) {
  try {
    assert.deepEqual(actual, expected, what);
  } catch (error) {
    // Too deep to be walked; or Node's own opinion of dates that are none.
    const shown = [actual, expected].map((value) =>
      inspect(value, { sorted: true, depth: 40, maxStringLength: 4000, maxArrayLength: 200 }),
    );
    if (!(error instanceof RangeError) && shown[0] !== shown[1]) throw error;
  }
}

const BIG = [2 ** 30, 2 ** 31, 0xaaaaaaab, 0x55555556, 0x40000001, 2 ** 32 - 1];

const deep = (levels) => {
  let out = 'end';
  for (let at = 0; at < levels; at++) out = at % 2 ? [out] : { in: out };
  return out;
};

const circle = () => {
  const out = { list: [] };
  out.list.push(out);
  return out;
};

/** Each makes its own, so that no case sees another's. */
const ODD = [
  () => undefined,
  () => null,
  () => 0,
  () => 1,
  () => -0,
  () => -1,
  () => NaN,
  () => Infinity,
  () => 0.5,
  () => 2 ** 53,
  () => 2 ** 53 - 1,
  () => -(2 ** 53),
  () => 2 ** 31,
  () => 2 ** 32,
  () => 1e300,
  () => true,
  () => false,
  () => '',
  () => 'x',
  () => '0',
  () => '\0',
  () => 'a\0s1',
  () => 'a\0c1',
  () => 'a\0x1',
  () => 'a\0w1',
  () => 'a\0./b',
  () => 'a\0.#e0:z',
  () => '\ud800',
  () => '\ufffd',
  () => '__proto__',
  () => 'constructor',
  () => 'toString',
  () => 'x'.repeat(2000),
  () => 10n ** 30n,
  () => [],
  () => [[]],
  () => [undefined],
  () => Array(9),
  () => Array(BIG[0]),
  () => Array(BIG[2]),
  () => Array(BIG[3]),
  () => Array(BIG[4]),
  () => Array(BIG[5]),
  () => Object.assign([1, 2], { extra: 3, '-1': 4 }),
  () => ({}),
  () => ({ length: 2 ** 32 }),
  () => ({ then: 1 }),
  () => JSON.parse('{"__proto__":{"polluted":1}}'),
  () => JSON.parse('{"constructor":{"prototype":{"polluted":1}}}'),
  () => new Date(NaN),
  () => new Map([[{}, {}]]),
  () => new Set([NaN]),
  () => /x/g,
  () => new RangeError('hostile'),
  () => new Uint8Array(3),
  () => new Float64Array(0),
  () => new Float64Array([1]),
  () => new Float64Array([1, NaN, -1, Infinity]),
  () => new Float64Array(8).fill(1),
  () => new ArrayBuffer(0),
  () => new Float64Array(new ArrayBuffer(800), 8, 2),
  () => Object('text'),
  () => Object(1n),
  circle,
  () => deep(70),
  () => deep(1500),
];

/** What only a link can hand over: objects that are alive. */
const ALIVE = [
  () => () => {},
  () => Symbol('s'),
  () =>
    new Proxy([], {
      get() {
        throw new Error('a trap');
      },
    }),
  () =>
    Object.defineProperty({}, 'trap', {
      enumerable: true,
      get() {
        throw new Error('a getter');
      },
    }),
  () => {
    const gone = new Float64Array(4);
    structuredClone(gone, { transfer: [gone.buffer] });
    return gone;
  },
  () => Promise.resolve(1),
  () => new WeakMap(),
  () => new (class Row extends Array {})(3),
  () => new (class Sub extends Float64Array {})(3),
];

export function odd(dice, isAlive = false) {
  if (isAlive && dice.once(12)) return dice.pick(ALIVE)();
  const depth = dice.below(12);
  if (depth === 11) return Array.from({ length: dice.below(5) }, () => odd(dice, isAlive));
  if (depth === 10) {
    const keys = ['a', 'b', '__proto__', 'then', 'length', 'type', '0'];
    return Object.fromEntries(Array.from({ length: dice.below(4) }, () => [dice.pick(keys), odd(dice, isAlive)]));
  }
  return dice.pick(ODD)();
}

const collect = (value, places, seen, depth) => {
  if (typeof value !== 'object' || value === null || seen.has(value) || depth > 8 || places.length > 400) return;
  seen.add(value);
  if (value instanceof String) return;
  if (ArrayBuffer.isView(value)) {
    if (value instanceof Float64Array) for (let at = 0; at < Math.min(value.length, 64); at++) places.push([value, at]);
    return;
  }
  for (const key of Object.keys(value)) {
    places.push([value, key]);
    collect(value[key], places, seen, depth + 1);
  }
};

const NUMBERS = [NaN, -1, 0, 0.5, 1, Infinity, 2 ** 53, 2 ** 53 - 1, -0, 1e300];

const number = (dice, now, own) => {
  const how = dice.below(6);
  if (how === 0) return own + 1;
  if (how === 1) return own - 1;
  if (how === 2) return own + dice.pick([4096, 4096 * 1000, 4096 * 299_000, 4096 * 301_000, -4096 * 1000]);
  // Just behind and just ahead of what clocks may say.
  if (how === 3) return (now - 1_577_836_800_000) * 4096 + dice.pick([0, 1, 4096 * 290_000, 4096 * 310_000]);
  return dice.pick(NUMBERS);
};

/** Takes something from one of the values that stand in `stock`. */
const borrowed = (dice, stock) => {
  const places = [];
  collect(dice.pick(stock), places, new Set(), 0);
  if (places.length === 0) return null;
  const [holder, key] = dice.pick(places);
  return structuredClone(holder[key]);
};

/** Lists that say that they are long, all of the same length: nothing is in them. */
const stretch = (lists, dice) => {
  const length = dice.pick(BIG);
  for (const list of lists) if (Array.isArray(list)) list.length = length;
};

/** A copy in which one thing is exchanged, dropped, doubled, moved or taken from elsewhere. */
export function mutated(value, dice, { stock, now = 0, isAlive = false }) {
  const copy = structuredClone(value);
  const places = [];
  collect(copy, places, new Set(), 0);
  if (places.length === 0) return odd(dice, isAlive);
  const [holder, key] = dice.pick(places);
  if (ArrayBuffer.isView(holder)) {
    holder[key] = number(dice, now, holder[key]);
    return copy;
  }
  // To move what stands in a list of nothing takes the engine minutes.
  const inList = Array.isArray(holder) && holder.length < 1e6;
  const how = dice.below(10);
  if (how === 0) holder[key] = borrowed(dice, stock);
  else if (how === 9) stretch(dice.once(2) ? [holder[key]] : Object.values(holder), dice);
  else if (how === 1) delete holder[key];
  else if (how === 2 && inList) holder.splice(Number(key), 0, structuredClone(holder[key]));
  else if (how === 3 && inList) holder.length = Number(key) >>> 0;
  else if (how === 4 && inList) holder.splice(Number(key), 1);
  else if (how <= 6 && typeof holder[key] === 'number') holder[key] = number(dice, now, holder[key]);
  else if (how <= 6 && holder[key] instanceof Float64Array) {
    const numbers = holder[key];
    const end = dice.below(numbers.length + 2);
    holder[key] = end < numbers.length ? numbers.slice(0, end) : new Float64Array([...numbers, ...numbers.slice(0, 4)]);
  } else holder[key] = odd(dice, isAlive);
  return copy;
}
