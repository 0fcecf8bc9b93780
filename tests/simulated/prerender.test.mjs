// A prerendered document hears of nobody before it is activated: `ready` waits, and what was written before counts as initial.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState, SyncedStore, createTestNetwork } from '../../pkg/index.js';
import { add, reducer } from './stores.mjs';

/** Runs `make` in a prerendered document; the function returned activates it. */
function prerendering(t, make) {
  const document = Object.assign(new EventTarget(), { prerendering: true });
  globalThis.document = document;
  t.after(() => delete globalThis.document);
  return [
    make(),
    () => {
      document.prerendering = false;
      document.dispatchEvent(new Event('prerenderingchange'));
    },
  ];
}

const isSettled = (promise) => {
  const pending = Symbol('pending');
  return Promise.race([promise, Promise.resolve(pending)]).then((value) => value !== pending);
};

/** A window that was there before, and a prerendered one, with a state each. */
async function pair(t, mine, theirs, options) {
  const network = createTestNetwork();
  const here = network.createParley();
  const old = new SyncedState(here, mine, options);
  await network.settle();
  const [{ parley, state }, activate] = prerendering(t, () => {
    const parley = network.createParley();
    return { parley, state: new SyncedState(parley, theirs, options) };
  });
  t.after(() => [here, parley].forEach((one) => one.destroy()));
  await network.settle();
  return { network, old, parley, state, activate };
}

test('nothing is ready before the document is activated, everything after', async (t) => {
  const network = createTestNetwork();
  const other = network.createParley();
  const [all, activate] = prerendering(t, () => {
    const parley = network.createParley();
    const alone = Parley.create({ allowedOrigins: [] });
    const things = [parley, alone, new SyncedState(parley, {}), new SyncedStore(parley, reducer, { items: [] })];
    return [...things, new SyncedState(alone, {}), new SyncedStore(alone, reducer, { items: [] })];
  });
  t.after(() => [other, all[0], all[1]].forEach((one) => one.destroy()));
  await network.settle();
  const settled = async () => Promise.all(all.map(({ ready }) => isSettled(ready)));
  assert.deepEqual(await settled(), [false, false, false, false, false, false]);
  activate();
  await Promise.all(all.map(({ ready }) => ready));
});

test('a default that is written before loses to what the user chose', async (t) => {
  const { network, old, state, activate } = await pair(t, { theme: 'light' }, { theme: 'light' });
  await old.setState({ theme: 'dark' });
  await state.setState({ theme: 'blue', own: 1 });
  assert.deepEqual(state.getState(), { theme: 'blue', own: 1 });
  await network.settle();
  assert.deepEqual([old.get('theme'), state.get('theme')], ['dark', 'blue'], 'nobody is heard yet');
  activate();
  await state.ready;
  assert.equal(state.get('theme'), 'dark');
  await network.settle();
  for (const one of [old, state]) assert.deepEqual(one.getState(), { theme: 'dark', own: 1 });
  await state.setState({ theme: 'blue' });
  await network.settle();
  assert.equal(old.get('theme'), 'blue', 'what is written afterwards is a write like any other');
});

test('it loses to the initial values of other windows too', async (t) => {
  const { network, old, state, activate } = await pair(t, { theme: 'light' }, {});
  await state.setState({ theme: 'blue' });
  activate();
  await network.settle();
  assert.deepEqual([old.get('theme'), state.get('theme')], ['light', 'light']);
});

test('writes of every kind count as initial, and listeners hear what becomes of them', async (t) => {
  const initial = { n: 1, list: ['a'], gone: 1, both: 1 };
  const conflict = { list: 'merge', both: 'highest-version' };
  const { network, old, state, activate } = await pair(t, initial, initial, { conflict });
  await old.setState({ n: 5, list: ['b'], both: 7 });
  const changes = [];
  state.subscribe((now, before, { keys, origin }) => changes.push([...keys, origin]));
  const done = [
    state.increment('n', 10),
    state.setState({ list: ['a', 'c'] }),
    state.delete('gone'),
    state.setState({ both: 2 }),
    state.setState({ both: 3 }, { ack: 'all' }),
    state.transaction(() => void state.setState({ x: 1, y: 1 })),
  ];
  const before = state.getState();
  assert.deepEqual(before, { n: 11, list: ['a', 'c'], both: 3, x: 1, y: 1 });
  changes.length = 0;
  activate();
  assert.equal(state.getState(), before, 'activation itself changes nothing');
  await Promise.all(done);
  await network.settle();
  // Lists are merged, initial ones too.
  for (const one of [old, state])
    assert.deepEqual(one.getState(), { n: 5, list: ['c', 'b'], gone: 1, both: 7, x: 1, y: 1 });
  assert.deepEqual(changes.flat().sort(), ['both', 'gone', 'list', 'n', 'remote']);
});

test('storage is read when it is activated, and what is stored wins', async (t) => {
  const stored = new Map();
  const storage = {
    get: (key) => stored.get(key),
    set: (key, value) => void stored.set(key, structuredClone(value)),
    delete: (key) => void stored.delete(key),
  };
  const options = { persist: { key: 'app', storage } };
  const earlier = Parley.create({ allowedOrigins: [] });
  const before = new SyncedState(earlier, { theme: 'light' }, options);
  await before.ready;
  await before.setState({ theme: 'dark' });
  earlier.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(stored.size, 1);
  const [{ parley, state }, activate] = prerendering(t, () => {
    const parley = Parley.create({ allowedOrigins: [] });
    return { parley, state: new SyncedState(parley, { theme: 'light' }, options) };
  });
  t.after(() => parley.destroy());
  await state.setState({ theme: 'blue' });
  activate();
  await state.ready;
  assert.equal(state.get('theme'), 'dark');
});

test('one that is destroyed before it is activated stays at its end', async (t) => {
  const [{ parley, state }, activate] = prerendering(t, () => {
    const parley = Parley.create({ allowedOrigins: [] });
    return { parley, state: new SyncedState(parley, {}) };
  });
  parley.destroy();
  await Promise.all([parley.ready, state.ready]);
  activate();
  assert.throws(() => state.subscribe(() => {}), { code: 'ERR_DESTROYED' });
});
