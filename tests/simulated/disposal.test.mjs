// `using` and `await using`: by their symbols, for the syntax is younger than the oldest Node that runs this.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Leader,
  OptimisticSyncedState,
  Presence,
  SlicedSyncedState,
  SyncedState,
  SyncedStore,
  createTestNetwork,
} from '../../pkg/index.js';

const reducer = (state, action) => (action.type === 'add' ? state + 1 : state);

/** One of each kind on a Parley, and a call that says ERR_DESTROYED once it is destroyed. */
const kinds = {
  Parley: [(parley) => parley, (parley) => parley.broadcast('x')],
  SyncedState: [(parley) => new SyncedState(parley, {}), (state) => state.setState({ a: 1 })],
  OptimisticSyncedState: [(parley) => new OptimisticSyncedState(parley, {}), (state) => state.setState({ a: 1 })],
  SlicedSyncedState: [
    (parley) => new SlicedSyncedState(parley, { syncedKeys: ['a'] }),
    (state) => state.setValue('a', 1),
  ],
  SyncedStore: [(parley) => new SyncedStore(parley, reducer, 0), (store) => store.dispatch({ type: 'add' })],
  Presence: [(parley) => new Presence(parley, 1), (presence) => presence.set(2)],
  Leader: [(parley) => new Leader(parley), (leader) => leader.subscribe(() => {})],
};

for (const [name, [make, use]] of Object.entries(kinds)) {
  for (const symbol of ['dispose', 'asyncDispose']) {
    test(`${name}: Symbol.${symbol} destroys, once or twice`, async () => {
      const network = createTestNetwork();
      const parley = network.createParley();
      const one = make(parley);
      // What `using` does: the method is looked up on the object, and called on it.
      assert.equal(await one[Symbol[symbol]](), undefined);
      await one[Symbol[symbol]]();
      await assert.rejects(async () => use(one), { code: 'ERR_DESTROYED' });
      parley.destroy();
    });
  }
}

test('asyncDispose of a state waits until what it wrote has been handed over', async () => {
  const network = createTestNetwork();
  const [a, b] = [network.createParley(), network.createParley()];
  const [from, to] = [a, b].map((parley) => new SyncedState(parley, {}, { debounceMs: 60_000 }));
  await network.settle();
  let settled = false;
  const written = from.setState({ x: 1 }).then(() => (settled = true));
  await from[Symbol.asyncDispose]();
  assert.ok(settled, 'the write was not handed over');
  await written;
  await network.settle();
  assert.equal(to.get('x'), 1);
  for (const one of [a, b]) one.destroy();
});

test('asyncDispose destroys a state whose flush fails, and says why it failed', async () => {
  const parley = createTestNetwork().createParley();
  class Failing extends SyncedState {}
  const state = new Failing(parley, {});
  state.flush = () => Promise.reject(new Error('not sent'));
  await assert.rejects(state[Symbol.asyncDispose](), /not sent/);
  await assert.rejects(state.setState({ a: 1 }), { code: 'ERR_DESTROYED' });
  parley.destroy();
});

test('of a class of the user that extends one, its own destroy is called', () => {
  const parley = createTestNetwork().createParley();
  let called = 0;
  class Own extends SyncedState {
    destroy() {
      called += 1;
      super.destroy();
    }
  }
  new Own(parley, {})[Symbol.dispose]();
  assert.equal(called, 1);
  parley.destroy();
});
