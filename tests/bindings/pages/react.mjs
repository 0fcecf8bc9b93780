import { createElement as h, StrictMode, Suspense, startTransition, act } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import { Leader, Presence, SyncedStore } from 'parley-sync';
import {
  useLeader,
  usePeers,
  usePresence,
  useReady,
  useSyncedKey,
  useSyncedState,
  useSyncedStore,
} from 'parley-sync/react';
import { becomes, counted, equal, pair, place, run, test } from './harness.js';

globalThis.IS_REACT_ACT_ENVIRONMENT = true;

/** Renders in StrictMode; `text` is what the page shows. */
async function show(View) {
  const element = place();
  const root = createRoot(element);
  await act(() => root.render(h(StrictMode, null, h(View))));
  return { text: () => element.textContent, close: () => act(() => root.unmount()) };
}

test('a key renders when it changes, and only then', async () => {
  const { here, write, end } = await pair();
  let renders = 0;
  const view = await show(() => {
    renders += 1;
    return useSyncedState(here, 'theme');
  });
  equal(view.text(), 'light');
  await act(() => write({ theme: 'dark' }));
  equal(view.text(), 'dark');
  const before = renders;
  await act(() => write({ count: 5 }));
  equal(renders, before, 'another key changed:');
  await view.close();
  end();
});

test('the whole state, and a selector written in place', async () => {
  const { here, write, end } = await pair({ list: [1, 2], other: 0 });
  let renders = 0;
  const whole = await show(() => JSON.stringify(useSyncedState(here)));
  const selected = await show(() => {
    renders += 1;
    const doubled = useSyncedState(
      here,
      (now) => now.list.map((n) => n * 2),
      (a, b) => a.join() === b.join(),
    );
    return doubled.join();
  });
  equal([whole.text(), selected.text()], ['{"list":[1,2],"other":0}', '2,4']);
  const before = renders;
  await act(() => write({ other: 1 }));
  equal(renders, before, 'what is selected is equal:');
  await act(() => write({ list: [3] }));
  equal([whole.text(), selected.text()], ['{"list":[3],"other":1}', '6']);
  await Promise.all([whole.close(), selected.close()]);
  end();
});

test('a merged object keeps its identity between changes: no endless rendering', async () => {
  const { here, write, end } = await pair({ doc: { a: 1 } }, { conflict: 'merge' });
  const view = await show(() => JSON.stringify(useSyncedState(here, 'doc')));
  await act(() => write({ doc: { a: 1, b: 2 } }));
  equal(view.text(), '{"a":1,"b":2}');
  await view.close();
  end();
});

test('useSyncedKey writes a value, or what a function makes of the present one', async () => {
  const { network, here, there, end } = await pair();
  let set;
  const view = await show(() => {
    const [count, setCount] = useSyncedKey(here, 'count');
    set = setCount;
    return String(count);
  });
  await act(() => set(3));
  await act(() => set((now) => now + 1));
  await network.settle();
  equal([view.text(), there.get('count')], ['4', 4]);
  await view.close();
  end();
});

test('the first client render equals the server’s, whatever has come since', async () => {
  const { here, write, end } = await pair();
  const View = () => useSyncedState(here, 'theme') + useSyncedState(here).count + usePeers.length;
  const html = renderToString(h(View));
  await write({ theme: 'dark', count: 9 });
  const element = place();
  element.innerHTML = html;
  const complaints = [];
  let root;
  await act(() => {
    root = hydrateRoot(element, h(View), { onRecoverableError: (error) => complaints.push(String(error)) });
  });
  equal(html.slice(0, 6), 'light0');
  equal(complaints, []);
  await becomes(() => element.textContent.slice(0, 5), 'dark9');
  await act(() => root.unmount());
  end();
});

test('a component is suspended until its state is ready', async () => {
  const { network, a, end } = await pair();
  let release;
  const source = { ready: new Promise((resolve) => (release = resolve)) };
  const View = () => {
    useReady(source, a);
    return 'content';
  };
  const view = await show(() => h(Suspense, { fallback: 'waiting' }, h(View)));
  equal(view.text(), 'waiting');
  await act(async () => {
    release();
    await network.settle();
  });
  equal(view.text(), 'content');
  await view.close();
  end();
});

test('a store, presence, the leader and the peers', async () => {
  const { network, a, b, end } = await pair();
  const reducer = (now = { items: [] }, action) =>
    action.type === 'ADD' ? { items: [...now.items, action.item] } : now;
  const [store, other] = [a, b].map((parley) => new SyncedStore(parley, reducer));
  const [presence] = [a, b].map((parley, i) => new Presence(parley, { name: `window ${i}` }));
  const leader = new Leader(a);
  await network.settle();
  const view = await show(() => {
    const items = useSyncedStore(store, (now) => now.items);
    const names = [...usePresence(presence).values()].map(({ name }) => name);
    const peers = usePeers(a).map(({ state }) => state);
    return JSON.stringify([items, names, peers, useLeader(leader)]);
  });
  await act(async () => {
    await other.dispatch({ type: 'ADD', item: 'x' });
    await network.settle();
  });
  await act(async () => {
    await becomes(() => leader.isLeader, true);
  });
  equal(JSON.parse(view.text()), [['x'], ['window 1'], ['connected'], true]);
  await act(async () => {
    b.destroy();
    await network.settle();
  });
  equal(JSON.parse(view.text()).slice(1, 3), [[], []]);
  await view.close();
  end();
});

test('a transition shows the newest state, and nothing is left listening after the end', async () => {
  const { network, here, write, end } = await pair();
  const open = counted(here, 'subscribe', 'subscribeKey');
  const view = await show(() => `${useSyncedState(here, 'count')} ${useSyncedState(here).count}`);
  await act(async () => {
    startTransition(() => {
      here.setState({ count: 1 });
    });
    await network.settle();
    await write({ count: 2 });
  });
  equal(view.text(), '2 2');
  await view.close();
  equal(open(), 0, 'listeners:');
  end();
});

await run();
