import { flushSync, mount, unmount } from 'svelte';
import { get } from 'svelte/store';
import { leads, presenceOf, syncedKey, syncedStore } from 'parley-sync/svelte';
import { Leader, Presence, SyncedStore } from 'parley-sync';
import View from './View.svelte';
import { becomes, counted, equal, pair, place, run, test } from './harness.js';

test('a component shows runes and stores, binds an input, and stops listening', async () => {
  const { network, a, here, there, write, end } = await pair();
  const open = counted(here, 'subscribe', 'subscribeKey');
  const target = place();
  const view = mount(View, { target, props: { state: here, parley: a } });
  flushSync();
  const text = () => target.querySelector('p').textContent;
  equal(text(), 'LIGHT 0 light 1');
  await write({ theme: 'dark', count: 4 });
  flushSync();
  equal(text(), 'DARK 4 dark 1');
  const input = target.querySelector('input');
  input.value = 'typed';
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await network.settle();
  equal(there.get('theme'), 'typed');
  await unmount(view);
  await becomes(open, 0, 'listeners:');
  end();
});

test('the store contract: set, update, subscribe', async () => {
  const { network, here, there, write, end } = await pair();
  const count = syncedKey(here, 'count');
  const seen = [];
  const off = count.subscribe((value) => seen.push(value));
  count.set(1);
  count.update((now) => now + 1);
  await network.settle();
  await write({ count: 7 });
  off();
  await write({ count: 8 });
  equal([seen, get(count), there.get('count')], [[0, 1, 2, 7], 8, 8]);
  end();
});

test('a store, presence and the leader', async () => {
  const { network, a, b, end } = await pair();
  const [store, other] = [a, b].map(
    (parley) => new SyncedStore(parley, (now = 0, { type }) => (type === 'ADD' ? now + 1 : now)),
  );
  const [presence] = [a, b].map((parley, i) => new Presence(parley, i));
  const leader = new Leader(a);
  await other.dispatch({ type: 'ADD' });
  await network.settle();
  await becomes(
    () => [get(syncedStore(store)), [...get(presenceOf(presence)).values()], get(leads(leader))],
    [1, [1], true],
  );
  end();
});

await run();
