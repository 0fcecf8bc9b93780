// Frames that arrive value by value, and what a peer may claim of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedState, SyncedStore } from '../../pkg/index.js';
import { fragmentsOf, keepFragment, reassemble } from '../../src/platform/js/unreadable.js';
import { APPEND, BATCH, besieged, hollow } from './byhand.mjs';

const [UNREADABLE, FRAGMENT, REASSEMBLY] = [49, 50, 51];

/** A state's frame with a value of each kind, and a cell that is made of values. */
const frame = () => {
  const shared = { n: 1 };
  const cycle = [shared, shared];
  cycle.push(cycle);
  return [
    BATCH,
    ['state', 2],
    77,
    1,
    new Float64Array([1, 2]),
    new Float64Array([3, 4, 5, 6]),
    ['plain', 'list', 'gone', 'slot\0s1'],
    [
      { a: new Date(1), b: [new Map([[1, shared]])] },
      Object.assign([, cycle], { more: 1 }),
      undefined,
      [
        1,
        [{ x: 1 }, [new Set([1])]],
        2,
        3,
        new RegExp('r'),
        [1, 2],
        ['slot'],
        'w',
        [4, 'v', null, null, undefined, [], [], ''],
      ],
    ],
  ];
};

test('a frame that is taken apart and put together is the same', () => {
  const sent = structuredClone(fragmentsOf(frame(), FRAGMENT, REASSEMBLY));
  const [, label, inner, places] = sent.pop();
  assert.deepEqual(label, ['state', 2]);
  let fragments;
  for (const [kind, , id, value] of sent) {
    assert.equal(kind, FRAGMENT);
    fragments = keepFragment(fragments, id, value);
  }
  assert.deepEqual(reassemble(inner, places, fragments), []);
  assert.deepEqual(inner, frame());
});

test('what is missing is named by the list and the entry it is in', () => {
  const sent = fragmentsOf(frame(), FRAGMENT, REASSEMBLY);
  const [, , inner, places] = sent.pop();
  const lost = sent.findIndex(([, , , value]) => value instanceof RegExp);
  const fragments = new Map(sent.filter((_, i) => i !== lost).map(([, , id, value]) => [id, value]));
  assert.deepEqual(reassemble(inner, places, fragments), [7, 3]);
  assert.equal(inner[7][3][4], null);
});

test('places that are none are refused, and cost nothing', () => {
  const bad = [
    hollow(2 ** 32 - 1),
    [hollow(2 ** 31)],
    [[1]],
    [[1, 99]],
    [[1, 7, 0, 'a']],
    [[1, '__proto__']],
    [[1, 'length']],
    7,
  ];
  for (const [i, places] of bad.entries()) assert.equal(reassemble(frame(), places, new Map()), undefined, String(i));
});

test('what a peer claims to be unreadable, or sends in parts, harms nobody', async () => {
  const scene = await besieged();
  const state = new SyncedState(scene.parley, { safe: 1 });
  const store = new SyncedStore(scene.parley, (all, { what }) => [...all, what ?? 'nothing'], []);
  for (const n of [0, 1, 2, 3, 1e9, -1, NaN, 'x', undefined]) scene.send([UNREADABLE, n]);
  scene.send([FRAGMENT], [FRAGMENT, 'state', 1, { x: 1 }], [FRAGMENT, 'state', hollow(9), 2]);
  scene.send([REASSEMBLY], [REASSEMBLY, 'state', 1, 1], [REASSEMBLY, 'state', [REASSEMBLY, 'state', []], []]);
  scene.send([REASSEMBLY, 'state', [BATCH, 'state', 77, 1, null, 1, ['k'], [null]], [[5, 7, 0]]]);
  scene.send([
    REASSEMBLY,
    'state',
    [BATCH, 'state', 77, 2, null, 1, hollow(2 ** 31), hollow(2 ** 31)],
    hollow(2 ** 31),
  ]);
  scene.send([REASSEMBLY, 'store', [APPEND, 'store', new Float64Array([9, 1, 5]), [null], [null]], [[6, 4, 0]]]);
  await scene.heard();
  assert.deepEqual(scene.traps, []);
  // What it says it wrote and nobody can read counts nowhere.
  assert.deepEqual(state.getState(), { safe: 1 });
  await state.setState({ k: 2 });
  await store.dispatch({ type: 'add', what: 1 });
  assert.deepEqual(state.getState(), { safe: 1, k: 2 });
  assert.deepEqual(store.getState().at(-1), 1);
  scene.end();
});
