import { computed, effect, Signal } from '@preact/signals-core';
import { stateSignal, storeSignal, syncedSignal } from 'parley-sync/signals';
import { SyncedStore } from 'parley-sync';
import { counted, equal, pair, run, test } from './harness.js';

test('a signal follows its key, and writes it', async () => {
  const { network, here, there, write, end } = await pair();
  const open = counted(here, 'subscribe', 'subscribeKey');
  const count = syncedSignal(here, 'count');
  equal(count instanceof Signal, true);
  const double = computed(() => count.value * 2);
  const seen = [];
  const stop = effect(() => {
    seen.push(double.value);
  });
  await write({ count: 2 });
  count.value = 5;
  await network.settle();
  equal([seen, there.get('count')], [[0, 4, 10], 5]);
  stop();
  equal(open(), 0, 'listeners:');
  await write({ count: 6 });
  equal([count.value, count.peek()], [6, 6], 'read while nobody watches:');
  end();
});

test('the whole state and a store', async () => {
  const { network, a, b, here, write, end } = await pair();
  const [store, other] = [a, b].map(
    (parley) => new SyncedStore(parley, (now = 0, { type }) => (type === 'ADD' ? now + 1 : now)),
  );
  let seen;
  const [whole, sum] = [stateSignal(here), storeSignal(store)];
  const stop = effect(() => {
    seen = [whole.value.theme, sum.value];
  });
  await write({ theme: 'dark' });
  await other.dispatch({ type: 'ADD' });
  await network.settle();
  equal(seen, ['dark', 1]);
  stop();
  end();
});

await run();
