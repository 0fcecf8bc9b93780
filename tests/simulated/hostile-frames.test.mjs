// What a peer may send that costs it nothing and would cost the others everything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState, SyncedStore } from '../../pkg/index.js';
import { APPEND, BATCH, DELTA, LOG_DELTA, MESSAGE, besieged, hollow } from './byhand.mjs';

const vector = (...pairs) => new Float64Array(pairs);

/** Lengths whose double, triple or fourfold, in 32 bits, is nothing, one or two. */
const LENGTHS = [2 ** 30, 2 ** 31, 2 ** 32 - 1, 2863311531, 1431655766];

/** Frames of which every list may be hollow. */
const HOLLOW = {
  'a batch': (n) => [
    [BATCH, 'state', 77, 1, null, vector(), hollow(n), hollow(n)],
    [BATCH, 'state', 77, 1, null, 1, hollow(n), hollow(n)],
    [BATCH, 'state', 77, 1, hollow(n), 1, ['k'], [1]],
  ],
  'a delta': (n) =>
    [0, 1, 4].map((stamps) => [DELTA, 'state', null, null, new Float64Array(stamps), hollow(n), hollow(n)]),
  'a slot': (n) => [
    [BATCH, 'state', 77, 1, null, 1, ['k\0s1'], [[1, 'v', null, null, undefined, hollow(n), [], 'x']]],
    [BATCH, 'state', 77, 1, null, 1, ['k\0s1'], [[1, 'v', null, null, undefined, [], hollow(n), 'x']]],
  ],
  'a veto': (n) => [[BATCH, 'state', 77, 1, null, 1, ['k\0x1'], [hollow(n)]]],
  'a part': (n) => [[BATCH, 'state', 77, 1, null, 1, ['k\0./a'], [hollow(n)]]],
  'an action': (n) => [0, 1, 3].map((places) => [APPEND, 'store', new Float64Array(places), hollow(n), hollow(n)]),
  'a checkpoint': (n) => [
    [LOG_DELTA, 'store', vector(), vector(1, 1, 1, 1), hollow(n), vector(), [], [], 1],
    [LOG_DELTA, 'store', vector(), vector(1, 1, 1, 1), null, vector(), hollow(n), hollow(n), 1],
  ],
};

for (const [what, make] of Object.entries(HOLLOW)) {
  test(`${what} of lists that only say they are long is refused`, async () => {
    const scene = await besieged();
    const state = new SyncedState(scene.parley, { safe: 1 }, { conflict: 'manual' });
    const store = new SyncedStore(scene.parley, (count) => count + 1, 0);
    for (const length of LENGTHS) scene.send(...make(length));
    await scene.heard();
    assert.deepEqual(scene.traps, []);
    assert.deepEqual([state.getState(), store.getState()], [{ safe: 1 }, 0]);
    await state.setState({ safe: 2 });
    assert.equal(await store.dispatch({ type: 'x' }), 1);
    scene.end();
  });
}

/** Many ways through few objects: as a tree it would have 2^60 leaves. */
const shared = () => {
  let part = 1;
  for (let i = 0; i < 60; i++) part = { a: part, b: part };
  return part;
};
/** The same for whoever compares it: no two of its levels are made alike. */
const twisted = () => {
  let [a, b] = [1, 1];
  for (let i = 0; i < 60; i++)
    [a, b] = [
      { a, b },
      { a, b },
    ];
  return a;
};
const entwined = () => {
  const loop = {};
  Object.assign(loop, { a: loop, b: loop, c: [loop] });
  return loop;
};

/** More than the walks of one test below visit (140,000 with `merge`); as a tree, one of its values has 2^60 objects. */
const MOST = 300_000;

/**
 * How many objects are visited while `run` does: each walk asks an object for its keys. After `MOST` that throws, so that a walk
 * through a tree ends.
 */
async function visits(run) {
  const { keys } = Object;
  let count = 0;
  Object.keys = (object) => {
    if (++count > MOST) throw new Error(`more than ${MOST} objects are visited`);
    return keys(object);
  };
  try {
    await run();
  } finally {
    Object.keys = keys;
  }
  return count;
}

for (const conflict of ['last-write-wins', 'highest-version', 'merge', 'manual']) {
  test(`parts that stand in many places are neither walked nor compared one by one (${conflict})`, async (t) => {
    const scene = await besieged();
    t.after(() => scene.end());
    const state = new SyncedState(scene.parley, { safe: 1 }, { conflict });
    const visited = await visits(async () => {
      let id = 0;
      for (const make of [shared, twisted, twisted, shared, entwined, entwined]) {
        id += 1;
        scene.send([MESSAGE, id, 'state:update', { updates: { plain: make() } }, 0]);
        scene.send([BATCH, 'state', 77, id, null, 1000 + id, ['framed'], [make()]]);
      }
      await scene.heard();
      for (const make of [shared, twisted, entwined]) {
        await state.setState({ own: make(), plain: make(), framed: make() });
        assert.ok(state.get('own').a.b.a, 'it is there');
      }
    });
    assert.deepEqual(scene.traps, []);
    assert.ok(visited <= MOST, `${visited} objects were visited`);
  });
}

// By the square of their number it would take hours.
test('a value of many parts is merged by them in time that grows with their number', { timeout: 300_000 }, async () => {
  const scene = await besieged();
  const state = new SyncedState(scene.parley, {}, { conflict: 'merge' });
  const wide = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`part ${i}`, i]));
  scene.send([MESSAGE, 1, 'state:update', { updates: { wide: wide(30_000) } }, 0]);
  scene.send([MESSAGE, 2, 'state:update', { updates: { wide: wide(200_000) } }, 0]);
  await scene.heard();
  assert.equal(Object.keys(state.get('wide')).length, 200_000);
  scene.end();
});

test('names as long as books name nothing', async () => {
  const scene = await besieged();
  new SyncedState(scene.parley, { safe: 1 });
  const seen = [];
  scene.parley.onSystem('system:rejected', ({ code }) => seen.push(code));
  const book = 'x'.repeat(1e6);
  scene.send([BATCH, book, 77, 1, null, 1, ['k'], [1]], [BATCH, [book, 2], 77, 1, null, 1, ['k'], [1]]);
  await scene.heard();
  assert.deepEqual([scene.traps, seen], [[], ['ERR_MALFORMED']]);
  const slot = [1, 'v', null, null, undefined, [], [], book];
  scene.send([BATCH, 'state', 77, 1, null, 1, ['k\0s1'], [slot]]);
  await scene.heard();
  assert.throws(() => new SyncedState(scene.parley, {}, { name: book }), { code: 'ERR_CONFIG' });
  assert.throws(() => new SyncedStore(scene.parley, (count) => count, 0, { name: book }), { code: 'ERR_CONFIG' });
  scene.end();
});

test('a stored write that names a time in the future keeps its value, and wins over nothing that is written later', async () => {
  const ahead = (Date.now() + 3600e3 - Date.UTC(2020, 0, 1)) * 4096;
  const past = (Date.now() - 3600e3 - Date.UTC(2020, 0, 1)) * 4096;
  const slot = (time, value) => [time, value, null, null, null, [], [], 'x'];
  const records = [
    ['slotted\0s4d', past, 77, slot(ahead, 'kept')],
    ['vetoed\0x4d', past, 77, [['', ahead, 77]]],
    ['vetoed', past, 77, 'stands'],
  ];
  const disk = new Map([['key', `{"parley-sync":1,"version":1,"records":[\n${records.map((one) => JSON.stringify(one)).join(',\n')}\n]}`]]); // prettier-ignore
  const storage = {
    get: (key) => disk.get(key),
    set: (key, value) => void disk.set(key, value),
    delete: (key) => void disk.delete(key),
  };
  const parley = Parley.create();
  const state = new SyncedState(parley, {}, { persist: { key: 'key', storage } });
  await state.ready;
  assert.deepEqual(state.getState(), { slotted: 'kept', vetoed: 'stands' });
  await state.setState({ slotted: 'later', vetoed: 'too' });
  assert.deepEqual(state.getState(), { slotted: 'later', vetoed: 'too' });
  parley.destroy();
});
