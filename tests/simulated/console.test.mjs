// What a console shows of the package's objects.
import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect } from 'node:util';
import * as all from '../../pkg/index.js';

const {
  Leader,
  OptimisticSyncedState,
  Parley,
  Presence,
  SlicedSyncedState,
  SyncedState,
  SyncedStore,
  createTestNetwork,
} = all;

test('each object shows what it holds, and no pointer', async (t) => {
  const network = createTestNetwork();
  const parleys = ['a', 'b'].map((instanceId) => network.createParley({ instanceId }));
  t.after(() => parleys.forEach((parley) => parley.destroy()));
  const [parley, other] = parleys;
  const objects = {
    SyncedState: new SyncedState(parley, { theme: 'dark' }),
    OptimisticSyncedState: new OptimisticSyncedState(parley, { n: 1 }, { name: 'optimistic' }),
    SlicedSyncedState: new SlicedSyncedState(parley, { initialState: { user: 'Ada' }, name: 'sliced' }),
    SyncedStore: new SyncedStore(parley, (n) => n, 7, { name: 'store' }),
    Presence: new Presence(parley, 'here'),
    Leader: new Leader(parley),
  };
  new Presence(other, 'there');
  await network.settle();
  assert.match(inspect(parley), /^Parley \{\n? *instanceId: 'a',\s+peers: \[.*id: 'b'/s);
  assert.equal(inspect(objects.SyncedState), "SyncedState { theme: 'dark' }");
  assert.equal(inspect(objects.OptimisticSyncedState), 'OptimisticSyncedState { n: 1 }');
  assert.equal(inspect(objects.SlicedSyncedState), "SlicedSyncedState { user: 'Ada' }");
  assert.equal(inspect(objects.SyncedStore), 'SyncedStore 7');
  assert.match(inspect(objects.Presence), /^Presence Map\(1\).*'b' => 'there'/);
  assert.match(inspect(objects.Leader), /^Leader \{ isLeader: (true|false) \}$/);
  assert.equal(
    inspect({ deep: { state: objects.SyncedState } }, { depth: 1 }),
    '{\n  deep: { state: [SyncedState] }\n}'.replace(/\n */g, ' '),
  );
  for (const one of [parley, ...Object.values(objects)]) {
    assert.deepEqual(Object.keys(one), []);
    assert.ok(!JSON.stringify(one).includes('ptr'));
    const name = one.constructor === OptimisticSyncedState ? 'SyncedState' : one.constructor.name;
    assert.equal(String(one), `[object ${name}]`);
  }
});

test('what is destroyed, or is no object of its class, shows its name', () => {
  const parley = Parley.create();
  const state = new SyncedState(parley, { n: 1 });
  parley.destroy();
  assert.match(inspect(parley), /^Parley \{/);
  assert.match(inspect(state), /^SyncedState \{/);
  for (const kind of [Parley, SyncedState, SyncedStore, Presence, Leader, SlicedSyncedState])
    assert.equal(inspect(Object.create(kind.prototype)), `${kind.name} {}`);
});
