import { createApp, createSSRApp, effectScope, h, nextTick, vModelText, watchEffect, withDirectives } from 'vue';
import { useLeader, usePeers, useSyncedKey, useSyncedState, useSyncedStore, usePresence } from 'parley-sync/vue';
import { Leader, Presence, SyncedStore } from 'parley-sync';
import { becomes, counted, equal, pair, place, run, test } from './harness.js';

const mount = (setup) => {
  const element = place();
  const app = createApp({ setup });
  app.mount(element);
  return { element, text: () => element.textContent, close: () => app.unmount() };
};

test('the whole state and a key follow, until the component ends', async () => {
  const { here, write, end } = await pair();
  const open = counted(here, 'subscribe', 'subscribeKey');
  const view = mount(() => {
    const [state, count] = [useSyncedState(here), useSyncedKey(here, 'count')];
    return () => `${state.value.theme} ${count.value}`;
  });
  equal(view.text(), 'light 0');
  await write({ theme: 'dark', count: 2 });
  await nextTick();
  equal(view.text(), 'dark 2');
  view.close();
  equal(open(), 0, 'listeners:');
  end();
});

test('v-model writes to every window', async () => {
  const { network, here, there, write, end } = await pair();
  const view = mount(() => {
    const theme = useSyncedKey(here, 'theme');
    return () =>
      withDirectives(h('input', { 'onUpdate:modelValue': (next) => (theme.value = next) }), [
        [vModelText, theme.value],
      ]);
  });
  const input = view.element.querySelector('input');
  input.value = 'typed';
  input.dispatchEvent(new Event('input'));
  await network.settle();
  equal(there.get('theme'), 'typed');
  await write({ theme: 'from there' });
  await nextTick();
  equal(input.value, 'from there');
  view.close();
  end();
});

test('with hydrate, the first render is the initial state', async () => {
  const { here, write, end } = await pair();
  await write({ theme: 'dark' });
  const element = place();
  element.innerHTML = '<p>light</p>';
  const app = createSSRApp({
    setup() {
      const theme = useSyncedKey(here, 'theme', { hydrate: true });
      return () => h('p', theme.value);
    },
  });
  app.mount(element);
  await becomes(() => element.textContent, 'dark');
  app.unmount();
  end();
});

test('a store, presence, the leader and the peers, in an effect scope', async () => {
  const { network, a, b, end } = await pair();
  const reducer = (now = 0, action) => (action.type === 'ADD' ? now + 1 : now);
  const [store, other] = [a, b].map((parley) => new SyncedStore(parley, reducer));
  const [presence] = [a, b].map((parley, i) => new Presence(parley, i));
  const leader = new Leader(a);
  let seen;
  const scope = effectScope();
  scope.run(() => {
    const all = [useSyncedStore(store), usePresence(presence), useLeader(leader), usePeers(a)];
    watchEffect(() => {
      const [sum, others, leads, peers] = all.map((one) => one.value);
      seen = [sum, [...others.values()], leads, peers.length];
    });
  });
  await other.dispatch({ type: 'ADD' });
  await network.settle();
  await becomes(() => seen, [1, [1], true, 1]);
  scope.stop();
  end();
});

await run();
