// SyncedStore: one order of actions in every window, through the public API over the simulated network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedStore, createTestNetwork } from '../../pkg/index.js';
import { generator } from './lib.mjs';
import { inNetwork, items, reducer } from './stores.mjs';

inNetwork('two actions at the same time: the same order in both windows', async (network, open) => {
  const [a, b] = [open(), open()];
  await network.settle();
  a.store.dispatch({ type: 'add', value: 'a' });
  b.store.dispatch({ type: 'add', value: 'b' });
  await network.settle();
  assert.equal(items(a).length, 2);
  assert.deepEqual(items(a), items(b));
  assert.deepEqual([a.heard.length, b.heard.length], [2, 2], 'each listener hears of each action once');
});

inNetwork('clear in one window, add in another', async (network, open) => {
  const [a, b] = [open(), open()];
  await network.settle();
  a.store.dispatch({ type: 'clear' });
  b.store.dispatch({ type: 'add', value: 'new' });
  await network.settle();
  assert.deepEqual(items(a), items(b));
});

inNetwork('a subscriber that throws does not keep an action back', async (network, open) => {
  const [a, b] = [open(), open()];
  a.store.subscribe(() => {
    throw new Error('a subscriber');
  });
  a.store.dispatch({ type: 'add', value: 1 });
  await network.settle();
  assert.deepEqual([items(a), items(b)], [[1], [1]]);
  assert.deepEqual(
    a.errors.map((error) => error.message),
    ['a subscriber'],
  );
  assert.deepEqual([a.heard.length, b.heard.length], [1, 1], 'the other listeners hear of it all the same');
});

inNetwork('who comes late has the state, and goes on from there', async (network, open) => {
  const a = open();
  for (let i = 0; i < 100; i++) a.store.dispatch({ type: 'add', value: i });
  await network.settle();
  const late = open();
  await network.settle();
  await late.store.ready;
  assert.deepEqual(items(late), items(a));
  late.store.dispatch({ type: 'add', value: 'late' });
  await network.settle();
  assert.equal(items(a).at(-1), 'late');
});

inNetwork('structured values stay what they are', async (network, open) => {
  const [a, b] = [open(), open()];
  const value = { when: new Date(5), tags: new Set(['x']), bytes: new Uint8Array([1, 2]) };
  a.store.dispatch({ type: 'add', value });
  await network.settle();
  assert.deepEqual(items(b), [value]);
});

inNetwork('a reducer that throws: reported, and skipped alike everywhere', async (network, open) => {
  const [a, b] = [open(), open()];
  a.store.dispatch({ type: 'add', value: 1 });
  a.store.dispatch({ type: 'throw' });
  a.store.dispatch({ type: 'add', value: 2 });
  await network.settle();
  assert.deepEqual(
    [items(a), items(b)],
    [
      [1, 2],
      [1, 2],
    ],
  );
  for (const { errors } of [a, b]) {
    assert.deepEqual(
      errors.map((error) => error.message),
      ['a reducer of the application'],
    );
  }
});

inNetwork('a subscriber that dispatches keeps the order', async (network, open) => {
  const [a, b] = [open(), open()];
  await network.settle();
  a.store.subscribe((state, action) => {
    if (action.value === 'cause') a.store.dispatch({ type: 'add', value: 'effect' });
  });
  b.store.dispatch({ type: 'add', value: 'cause' });
  await network.settle();
  assert.deepEqual(
    [items(a), items(b)],
    [
      ['cause', 'effect'],
      ['cause', 'effect'],
    ],
  );
});

inNetwork('the initial state that was passed in is not touched, nor the action', async (network, open) => {
  const initial = { items: [] };
  const a = open({ initial });
  const action = { type: 'add', value: { n: 1 } };
  a.store.dispatch(action);
  action.value.n = 2;
  assert.deepEqual(initial, { items: [] });
  assert.deepEqual(items(a), [{ n: 1 }]);
});

test('what is no action is refused', async () => {
  const parley = Parley.create();
  const store = new SyncedStore(parley, reducer, { items: [] });
  for (const bad of [undefined, null, 'add', 7, {}, { type: 1 }, Symbol('s')]) {
    await assert.rejects(store.dispatch(bad), { code: 'ERR_ARGUMENT' });
    assert.throws(() => store.dispatchRemote(bad), { code: 'ERR_ARGUMENT' });
  }
  await assert.rejects(store.dispatch({ type: 'add', value: { f() {} } }), (error) => {
    assert.equal(error.details.path, 'value.f');
    return error.code === 'ERR_SERIALIZATION';
  });
  assert.throws(() => new SyncedStore(parley, 'no reducer'), { code: 'ERR_ARGUMENT' });
  assert.throws(() => new SyncedStore(parley, reducer), { code: 'ERR_DUPLICATE_NAME' });
  assert.deepEqual(store.getState(), { items: [] });
  parley.destroy();
  await assert.rejects(store.dispatch({ type: 'add' }), { code: 'ERR_DESTROYED' });
});

test('any object with on and broadcast is a messenger', async () => {
  const handlers = [];
  const bus = () => ({
    on: (type, handler) => void handlers.push({ type, handler, of: handlers.length }),
    async broadcast(type, payload) {
      const copy = structuredClone(payload);
      for (const entry of handlers) if (entry.type === type) entry.handler(copy);
    },
  });
  const [a, b] = [new SyncedStore(bus(), reducer, { items: [] }), new SyncedStore(bus(), reducer, { items: [] })];
  await Promise.all([a.ready, b.ready]);
  assert.deepEqual(await a.dispatch({ type: 'add', value: 1 }), { items: [1] });
  await b.dispatch({ type: 'add', value: 2 });
  assert.deepEqual([a.getState(), b.getState()], [{ items: [1, 2] }, { items: [1, 2] }]);
  a.destroy();
  b.destroy();
});

const seeds = Number(process.env.PARLEY_SEEDS ?? 60);

test(`${seeds} schedules from seeds end with one order everywhere`, async () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const { below, random } = generator(seed);
    const network = createTestNetwork({
      seed,
      latency: [0, below(2) * 300],
      loss: below(2) * random() * 0.4,
      duplicate: below(2) * random() * 0.3,
    });
    const windows = [];
    const open = () => {
      const parley = network.createParley();
      windows.push({ parley, store: new SyncedStore(parley, reducer, { items: [] }) });
    };
    open();
    open();
    for (let step = 0; step < 40; step++) {
      const what = below(12);
      const { store } = windows[below(windows.length)];
      if (what < 8) store.dispatch({ type: 'add', value: `${seed}.${step}` });
      else if (what === 8) store.dispatch({ type: below(2) ? 'clear' : 'throw' });
      else if (what === 9 && windows.length < 5) open();
      else if (what === 10) network.partition(windows.map(({ parley }) => parley).filter(() => below(2)));
      else if (what === 11) network.heal();
      if (below(3) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { parley } of windows) parley.onSystem('system:error', () => {});
    network.heal();
    await network.settle();
    for (const { store } of windows) {
      assert.deepEqual(store.getState(), windows[0].store.getState(), `seed ${seed}`);
    }
    for (const { parley } of windows) parley.destroy();
  }
});
