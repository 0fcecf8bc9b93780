// The declarations of the bindings, with the real frameworks': what compiles, and what must not.
import type { Accessor } from 'solid-js';
import { wrap } from 'comlink';
import { createStore } from 'zustand/vanilla';
import { createPinia, defineStore } from 'pinia';
import { Doc } from 'yjs';
import { Parley, Presence, SyncedState, SyncedStore } from 'parley-sync';
import * as react from 'parley-sync/react';
import * as vue from 'parley-sync/vue';
import * as svelte from 'parley-sync/svelte';
import * as solid from 'parley-sync/solid';
import * as signals from 'parley-sync/signals';
import * as nanostores from 'parley-sync/nanostores';
import * as jotai from 'parley-sync/jotai';
import { synced } from 'parley-sync/zustand';
import { parleyPinia } from 'parley-sync/pinia';
import { ParleyProvider } from 'parley-sync/yjs';
import { comlinkEndpoint } from 'parley-sync/comlink';

interface Shared {
  theme: 'light' | 'dark';
  count: number;
}
declare const parley: Parley;
declare const state: SyncedState<Shared>;
declare const store: SyncedStore<{ items: string[] }>;
declare const presence: Presence<{ name: string }>;

// React
const theme: 'light' | 'dark' = react.useSyncedState(state, 'theme');
const whole: Readonly<Shared> = react.useSyncedState(state);
const double: number = react.useSyncedState(state, (now) => now.count * 2);
const [count, setCount] = react.useSyncedKey(state, 'count');
setCount(count + 1);
setCount((now) => now + 1);
// @ts-expect-error a key that is not there
react.useSyncedState(state, 'colour');
// @ts-expect-error the wrong type for the key
setCount('one');
const items: string[] = react.useSyncedStore(store, (now) => now.items);
const names: string[] = [...react.usePresence(presence).values()].map(({ name }) => name);
react.useReady(state, store, parley);

// Vue
vue.useSyncedKey(state, 'theme').value = 'dark';
// @ts-expect-error the wrong type for the key
vue.useSyncedKey(state, 'theme').value = 'blue';
// @ts-expect-error read-only
vue.useSyncedState(state).value = whole;

// Svelte
svelte.syncedKey(state, 'count').update((now) => now + 1);
svelte.syncedKey(state, 'count').current = 4;
// @ts-expect-error read-only
svelte.syncedState(state).current = whole;

// Solid
const [value, set] = solid.createSyncedKey(state, 'count');
const accessor: Accessor<number> = value;
set((now) => now + 1);
// @ts-expect-error the wrong type for the key
set(true);

// Signals, nanostores, Jotai
signals.syncedSignal(state, 'count').value += 1;
// @ts-expect-error the wrong type for the key
nanostores.syncedAtom(state, 'count').set('one');
const atom = jotai.syncedAtom(state, 'count');

// Zustand
interface Bears {
  bears: number;
  add(): void;
}
const bears = createStore<Bears>()(
  synced((set) => ({ bears: 0, add: () => set((now) => ({ bears: now.bears + 1 })) }), {
    parley,
    name: 'bears',
    keys: ['bears'],
  }),
);
bears.synced.undo();
// @ts-expect-error a key that is not there
createStore<Bears>()(synced(() => ({ bears: 0, add() {} }), { parley, keys: ['wolves'] }));

// Pinia
createPinia().use(parleyPinia(parley));
const useCart = defineStore('cart', { state: () => ({ items: [] as string[] }), synced: { keys: ['items'] } });
useCart().$synced.undo();

// Yjs, Comlink
new ParleyProvider(parley, new Doc(), { name: 'note' }).destroy();
const remote = wrap<{ add(a: number, b: number): number }>(comlinkEndpoint(parley, 'widget'));
const sum: Promise<number> = remote.add(1, 2);

export { theme, double, items, names, accessor, atom, sum };
