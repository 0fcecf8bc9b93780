// Stores of different versions: nothing is exchanged, both sides know, and each goes on by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, ParleyError, SyncedStore } from '../../pkg/index.js';
import { add, inNetwork, items, reducer } from './stores.mjs';

const mismatches = ({ errors }) => errors.filter(({ code }) => code === 'ERR_SCHEMA_VERSION');
const counted = ({ rejected }) => rejected.some(({ code }) => code === 'ERR_SCHEMA_VERSION');

inNetwork('the same version is one store', async (network, open) => {
  const [a, b] = [open({ version: 3 }), open({ version: 3 })];
  a.store.dispatch(add(1));
  await network.settle();
  assert.deepEqual([items(a), items(b)], [[1], [1]]);
  assert.deepEqual([mismatches(a), mismatches(b)], [[], []]);
});

inNetwork('no version is version 1', async (network, open) => {
  const [a, b] = [open(), open({ version: 1 })];
  a.store.dispatch(add(1));
  await network.settle();
  assert.deepEqual(items(b), [1]);
});

inNetwork('another version is not let in, and both sides are told once', async (network, open) => {
  const [a, b] = [open({ name: 'cart' }), open({ name: 'cart', version: 2 })];
  await Promise.all([a.store.ready, b.store.ready]);
  a.store.dispatch(add('a'));
  b.store.dispatch(add('b'));
  await network.settle();
  a.store.dispatch(add('more'));
  await network.settle();
  assert.deepEqual([items(a), items(b)], [['a', 'more'], ['b']], 'each goes on by itself');
  for (const [own, theirs, other] of [
    [a, b, 2],
    [b, a, 1],
  ]) {
    assert.equal(mismatches(own).length, 1, 'once for each peer');
    const [error] = mismatches(own);
    assert.ok(error instanceof ParleyError);
    assert.match(error.message, /'cart' is of version \d here and of version \d there/);
    const { name, version, theirs: heard, peer } = error.details;
    assert.deepEqual([name, version, heard], ['cart', 3 - other, other]);
    assert.equal(peer.id, own.parley.peers[0].id, 'and whose it is');
    assert.ok(counted(own), 'counted as refused');
    assert.equal(theirs.parley.peers.length, 1, 'the connection stands: other things are shared over it');
  }
});

inNetwork('only those of one version agree among many', async (network, open) => {
  const old = [open(), open()];
  const renewed = [open({ version: 2 }), open({ version: 2 })];
  await Promise.all([...old, ...renewed].map(({ store }) => store.ready));
  for (const [at, view] of [...old, ...renewed].entries()) view.store.dispatch(add(at));
  await network.settle();
  for (const view of old) assert.deepEqual([...items(view)].sort(), [0, 1]);
  for (const view of renewed) assert.deepEqual([...items(view)].sort(), [2, 3]);
  assert.deepEqual(items(old[0]), items(old[1]));
  assert.deepEqual(items(renewed[0]), items(renewed[1]));
  for (const view of [...old, ...renewed]) assert.equal(mismatches(view).length, 2);
});

inNetwork(
  'both know in the end when frames are lost',
  async (network, open) => {
    const [a, b] = [open(), open({ version: 2 })];
    a.store.dispatch(add('a'));
    b.store.dispatch(add('b'));
    await network.settle();
    assert.deepEqual([items(a), items(b)], [['a'], ['b']]);
    assert.deepEqual([mismatches(a).length, mismatches(b).length], [1, 1]);
  },
  { loss: 0.5, seed: 11 },
);

inNetwork('a store made anew in the version of the others is one of them', async (network, open) => {
  const [a, b] = [open({ version: 2 }), open()];
  a.store.dispatch(add('a'));
  b.store.dispatch(add('b'));
  await network.settle();
  assert.deepEqual([items(a), items(b)], [['a'], ['b']]);
  b.store.destroy();
  const again = open({ on: b.parley, version: 2 });
  await network.settle();
  await again.store.ready;
  assert.deepEqual(items(again), ['a']);
  again.store.dispatch(add('again'));
  await network.settle();
  assert.deepEqual(items(a), ['a', 'again']);
  a.store.destroy();
  open({ on: a.parley, version: 3 });
  await network.settle();
  assert.equal(mismatches(again).at(-1).details.theirs, 3);
});

test('on a messenger that only broadcasts, versions keep apart too', async () => {
  const handlers = [];
  const bus = () => ({
    on: (type, handler) => void handlers.push({ type, handler }),
    async broadcast(type, payload) {
      const copy = structuredClone(payload);
      for (const entry of handlers) if (entry.type === type) entry.handler(structuredClone(copy));
    },
  });
  const make = (version) => new SyncedStore(bus(), reducer, { items: [] }, { version });
  const told = [];
  const { error } = console;
  console.error = (said) => told.push(said.details);
  try {
    const [a, b, other] = [make(1), make(1), make(2)];
    await Promise.all([a.ready, b.ready, other.ready]);
    await a.dispatch(add('a'));
    await other.dispatch(add('other'));
    await b.dispatch(add('b'));
    assert.deepEqual([a.getState(), b.getState()], [{ items: ['a', 'b'] }, { items: ['a', 'b'] }]);
    assert.deepEqual(other.getState(), { items: ['other'] });
    assert.deepEqual(told.map(({ version, theirs }) => [version, theirs]).sort(), [
      [1, 2],
      [1, 2],
      [2, 1],
    ]);
    for (const store of [a, b, other]) store.destroy();
  } finally {
    console.error = error;
  }
});

test('what is no version is refused', () => {
  const parley = Parley.create();
  for (const version of ['1', -1, 1.5, NaN, Infinity, null, {}]) {
    assert.throws(() => new SyncedStore(parley, reducer, { items: [] }, { version }), { code: 'ERR_CONFIG' });
  }
  parley.destroy();
});
