// What every other table relies on: the assertions can say no, and every wire is tried.
import { equal, refused } from './harness.js';
import { same } from './same.js';
import { table } from './table.js';
import { wireNames } from './wires.js';

const throws = async (attempt) => {
  try {
    await attempt();
  } catch {
    return true;
  }
  return false;
};

const DIFFERENT = [
  [0, -0],
  [NaN, 0],
  [{}, []],
  [{ a: 1 }, { b: 1 }],
  [{ a: undefined }, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [[undefined], []],
  [new Date(1), new Date(2)],
  [new Map([[1, 2]]), new Map([[1, 3]])],
  [new Set([1]), new Set([2])],
  [new Uint8Array([1]), new Uint8Array([2])],
  [new Uint8Array([1]), new Int8Array([1])],
  ['', null],
  [1, 1n],
];

export const { run, names } = table({
  async equality_tells_apart() {
    for (const [a, b] of DIFFERENT) equal([same(a, b), same(a, a), same(b, b)], [false, true, true]);
  },
  async only_coded_errors_are_refusals() {
    equal(await throws(() => refused(() => 1, 'ERR_X')), true, 'no error');
    equal(await throws(() => refused(() => Promise.reject(new Error('x')), 'ERR_X')), true, 'a plain error');
    const trap = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    equal(await throws(() => refused(trap, 'ERR_X')), true, 'a trap');
  },
  async every_wire_is_tried() {
    equal(wireNames(), ['port', 'link', 'bytes', 'channel']);
  },
});
