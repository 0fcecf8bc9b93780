// Zustand, Pinia, nanostores and Jotai.
import { createStore } from 'zustand/vanilla';
import { createStore as createJotaiStore } from 'jotai/vanilla';
import { createPinia, defineStore } from 'pinia';
import { createApp } from 'vue';
import { SyncedStore } from 'parley-sync';
import { synced } from 'parley-sync/zustand';
import { parleyPinia } from 'parley-sync/pinia';
import * as nano from 'parley-sync/nanostores';
import * as jotai from 'parley-sync/jotai';
import { counted, equal, pair, run, test } from './harness.js';

const counters = (parleys) =>
  parleys.map(
    (parley) => new SyncedStore(parley, (now = 0, { type }) => (type === 'ADD' ? now + 1 : now), 0, { name: 'sum' }),
  );

test('Zustand: data is shared, actions are not, and nothing echoes', async () => {
  const { network, a, b, end } = await pair();
  const open = (parley) =>
    createStore(
      synced(
        (set) => ({
          bears: 0,
          names: [],
          add: (name) => set((now) => ({ bears: now.bears + 1, names: [...now.names, name] })),
        }),
        { parley, name: 'bears' },
      ),
    );
  const [here, there] = [open(a), open(b)];
  await network.settle();
  let told = 0;
  there.subscribe(() => (told += 1));
  here.getState().add('Bo');
  await network.settle();
  equal([there.getState().bears, there.getState().names, told], [1, ['Bo'], 1]);
  there.getState().add('Al');
  there.setState({ extra: true });
  await network.settle();
  equal([here.getState().names, here.getState().extra, typeof here.getState().add], [['Bo', 'Al'], true, 'function']);
  here.setState({ bears: 7, names: [], add: here.getState().add }, true);
  await network.settle();
  equal([there.getState().bears, 'extra' in there.getState() && there.getState().extra], [7, undefined]);
  equal(typeof here.synced.ready.then, 'function');
  end();
});

test('Zustand: two windows that write one key at the same moment end up equal', async () => {
  const { network, a, b, end } = await pair();
  const [here, there] = [a, b].map((parley) => createStore(synced(() => ({ theme: 'light' }), { parley, name: 'z' })));
  await network.settle();
  here.setState({ theme: 'one' });
  there.setState({ theme: 'two' });
  await network.settle();
  equal(here.getState().theme, there.getState().theme);
  end();
});

test('Pinia: values changed in place are shared, and stay changeable', async () => {
  const { network, a, b, end } = await pair();
  const open = (parley) => {
    const pinia = createPinia();
    createApp({}).use(pinia);
    pinia.use(parleyPinia(parley));
    return defineStore('cart', { state: () => ({ items: [], note: '' }), synced: true })(pinia);
  };
  const [here, there] = [open(a), open(b)];
  await network.settle();
  here.items.push({ id: 1, n: 1 });
  await network.settle();
  there.items[0].n = 2;
  there.items.push({ id: 2, n: 1 });
  await network.settle();
  equal(here.items, [
    { id: 1, n: 2 },
    { id: 2, n: 1 },
  ]);
  here.$patch({ note: 'x' });
  await network.settle();
  equal([there.note, typeof there.$synced.undo], ['x', 'function']);
  there.$reset();
  await network.settle();
  equal([here.items, here.note], [[], '']);
  here.$dispose();
  there.note = 'alone';
  await network.settle();
  equal(here.note, '');
  end();
});

test('nanostores: an atom follows its key, and writes it', async () => {
  const { network, a, b, here, there, write, end } = await pair();
  const open = counted(here, 'subscribe', 'subscribeKey');
  const [count, whole] = [nano.syncedAtom(here, 'count'), nano.stateAtom(here)];
  const seen = [];
  const offs = [count.subscribe((value) => seen.push(value)), whole.listen(() => {})];
  await write({ count: 3 });
  count.set(4);
  await network.settle();
  equal([seen, there.get('count'), whole.get().count], [[0, 3, 4], 4, 4]);
  const [store, other] = counters([a, b]);
  const sum = nano.storeAtom(store);
  await other.dispatch({ type: 'ADD' });
  await network.settle();
  equal(sum.get(), 1);
  for (const off of offs) off();
  await new Promise((resolve) => setTimeout(resolve, 1100)); // nanostores lets go a second later
  equal(open(), 0, 'listeners:');
  await write({ count: 9 });
  equal(count.get(), 9, 'read while nobody listens:');
  end();
});

test('Jotai: an atom follows its key, and writes it', async () => {
  const { network, a, b, here, there, write, end } = await pair();
  const open = counted(here, 'subscribe', 'subscribeKey');
  const store = createJotaiStore();
  const [count, whole] = [jotai.syncedAtom(here, 'count'), jotai.stateAtom(here)];
  const seen = [];
  const offs = [store.sub(count, () => seen.push(store.get(count))), store.sub(whole, () => {})];
  await write({ count: 3 });
  await store.set(count, (now) => now + 1);
  await network.settle();
  equal([seen, there.get('count'), store.get(whole).count], [[3, 4], 4, 4]);
  for (const off of offs) off();
  equal(open(), 0, 'listeners:');
  const [log, other] = counters([a, b]);
  const sum = jotai.storeAtom(log);
  const off = store.sub(sum, () => {});
  await other.dispatch({ type: 'ADD' });
  await network.settle();
  equal(store.get(sum), 1);
  off();
  end();
});

await run();
