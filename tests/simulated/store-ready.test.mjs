// `ready` waits for who has the state, and for nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedState, SyncedStore, createTestNetwork } from '../../pkg/index.js';
import { add, reducer } from './stores.mjs';

const soon = (promise) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setTimeout(resolve, 900, false))]);

for (const [what, make, write, read] of [
  [
    'state',
    (parley, name) => new SyncedState(parley, { items: [] }, { name }),
    (state, value) => state.setState({ items: [...state.get('items'), value] }),
    (state) => state.get('items'),
  ],
  [
    'store',
    (parley, name) => new SyncedStore(parley, reducer, { items: [] }, { name }),
    (store, value) => store.dispatch(add(value)),
    (store) => store.getState().items,
  ],
]) {
  test(`a ${what} is ready though a connected window has none of that name, and meets it when it has`, async () => {
    const network = createTestNetwork();
    const [a, b] = [network.createParley(), network.createParley()];
    await network.settle();
    const here = make(a, 'one');
    const other = make(b, 'other');
    assert.deepEqual(await Promise.all([soon(here.ready), soon(other.ready)]), [true, true]);
    await write(here, 'x');
    await network.settle();
    const there = make(b, 'one');
    assert.ok(await soon(there.ready));
    assert.deepEqual(read(there), ['x'], 'complete when it is ready');
    await write(here, 'y');
    await network.settle();
    await write(there, 'z');
    await network.settle();
    assert.deepEqual(
      [read(here), read(there)],
      [
        ['x', 'y', 'z'],
        ['x', 'y', 'z'],
      ],
    );
    there.destroy();
    await write(here, 'alone');
    await network.settle();
    const again = make(b, 'one');
    await network.settle();
    assert.deepEqual(read(again), ['x', 'y', 'z', 'alone']);
    for (const parley of [a, b]) parley.destroy();
  });
}
