// States whose options need the part for conflicts, before it is there: what they do shows at once, and is made when it has come.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestNetwork, OptimisticSyncedState, SyncedState } from '../../pkg/index.js';
import { provideConflicts } from '../../pkg/src/conflicts.js';
import { setPartLoader } from '../../pkg/wasm/host/browser.js';
import { bytes } from '../../pkg/wasm/inline-conflicts.js';

test('merged, chosen, validated, stored: nothing of what was written before is lost, in no window', async (t) => {
  let open;
  const gate = new Promise((done) => (open = done));
  setPartLoader('conflicts', async () => {
    await gate;
    provideConflicts(bytes);
  });
  const items = new Map();
  globalThis.localStorage = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, `${value}`),
    removeItem: (key) => void items.delete(key),
  };
  t.after(() => delete globalThis.localStorage);
  const network = createTestNetwork();
  const [one, two] = [network.createParley(), network.createParley()];
  const initial = { tags: ['a'], count: 1, card: { title: 't', done: false }, pick: 0 };
  const conflict = { tags: 'merge', count: 'merge', card: 'merge', pick: 'manual' };
  const make = (parley, more) => new SyncedState(parley, initial, { name: 'board', conflict, ...more });
  const [here, there] = [make(one, { persist: 'board' }), make(two)];
  const refuses = { name: 'checked', validate: ({ n }) => n === undefined || n < 10 };
  const [asks, writes] = [one, two].map((parley) => new SyncedState(parley, { n: 0 }, refuses));
  const optimistic = new OptimisticSyncedState(two, { x: 0 });
  let ready = false;
  void here.ready.then(() => (ready = true));

  const changes = [];
  here.subscribe((state, _, change) => changes.push([change.origin, [...change.keys]]));
  const done = [
    here.setState({ tags: ['a', 'b'], card: { title: 'T', done: false }, pick: 1 }),
    here.increment('count', 2),
    there.setState({ tags: ['a', 'c'], card: { title: 't', done: true }, pick: 2 }),
    there.increment('count', 4),
    writes.setState({ n: 11 }),
    optimistic.setState({ x: 1 }),
  ];
  assert.deepEqual(here.getState(), { tags: ['a', 'b'], count: 3, card: { title: 'T', done: false }, pick: 1 });
  assert.equal(here.get('count'), 3);
  assert.equal(optimistic.get('x'), 1);
  assert.deepEqual(changes, [
    ['local', ['tags', 'card', 'pick']],
    ['local', ['count']],
  ]);
  for (let i = 0; i < 20; i++) await new Promise((again) => setTimeout(again, 0));
  assert.equal(ready, false);
  assert.equal(there.get('count'), 5);

  open();
  await Promise.all([here.ready, there.ready, asks.ready, ...done]);
  await network.settle();
  for (const state of [here, there]) {
    const { tags, count, card } = state.getState();
    assert.deepEqual([...tags].sort(), ['a', 'b', 'c']);
    assert.equal(count, 7);
    assert.deepEqual(card, { title: 'T', done: true });
    assert.equal(state.conflicts.get('pick').length, 2);
  }
  for (const state of [asks, writes]) assert.equal(state.get('n'), 0);
  assert.equal(optimistic.version, 1);

  // What is stored is of no plain state any more: a new window reads it whole.
  here.destroy();
  assert.match(items.get('board'), /tags/);
  const again = make(one, { persist: 'board' });
  assert.equal(again.get('count'), 7);
  assert.deepEqual(again.get('card'), { title: 'T', done: true });
  for (const parley of [one, two]) parley.destroy();
});
