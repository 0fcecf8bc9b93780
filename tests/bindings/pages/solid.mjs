import { createEffect, createRoot } from 'solid-js';
import {
  createLeader,
  createPeers,
  createPresence,
  createSyncedKey,
  createSyncedState,
  createSyncedStore,
} from 'parley-sync/solid';
import { Leader, Presence, SyncedStore } from 'parley-sync';
import { becomes, counted, equal, pair, run, test } from './harness.js';

test('effects follow the state and a key, and stop with their root', async () => {
  const { network, here, there, write, end } = await pair();
  const open = counted(here, 'subscribe', 'subscribeKey');
  let seen;
  const [dispose, setCount] = createRoot((dispose) => {
    const state = createSyncedState(here);
    const [count, setCount] = createSyncedKey(here, 'count');
    createEffect(() => (seen = [state().theme, count()]));
    return [dispose, setCount];
  });
  equal(seen, ['light', 0]);
  await write({ theme: 'dark', count: 1 });
  equal(seen, ['dark', 1]);
  await setCount((now) => now + 1);
  await network.settle();
  equal([seen, there.get('count')], [['dark', 2], 2]);
  dispose();
  equal(open(), 0, 'listeners:');
  end();
});

test('a store, presence, the leader and the peers', async () => {
  const { network, a, b, end } = await pair();
  const [store, other] = [a, b].map(
    (parley) => new SyncedStore(parley, (now = 0, { type }) => (type === 'ADD' ? now + 1 : now)),
  );
  const [presence] = [a, b].map((parley, i) => new Presence(parley, i));
  const leader = new Leader(a);
  let seen;
  const dispose = createRoot((dispose) => {
    const all = [createSyncedStore(store), createPresence(presence), createLeader(leader), createPeers(a)];
    createEffect(() => {
      const [sum, others, leads, peers] = all.map((one) => one());
      seen = [sum, [...others.values()], leads, peers.length];
    });
    return dispose;
  });
  await other.dispatch({ type: 'ADD' });
  await network.settle();
  await becomes(() => seen, [1, [1], true, 1]);
  dispose();
  end();
});

await run();
