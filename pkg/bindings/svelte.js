// For Svelte 5: each is a store (`$theme`) and has a reactive `current` for runes.
import { createSubscriber } from 'svelte/reactivity';
import { peers, write } from './common.js';

/** A readable store of what `get` returns, with `current`. */
const readable = (get, listen) => {
  const track = createSubscriber((changed) => listen(() => changed()));
  return {
    subscribe(run) {
      run(get());
      return listen(() => run(get()));
    },
    get current() {
      track();
      return get();
    },
  };
};

export const syncedState = (state) =>
  readable(
    () => state.getState(),
    (changed) => state.subscribe(() => changed()),
  );

export const syncedKey = (state, key) => {
  const store = readable(
    () => state.get(key),
    (changed) => state.subscribeKey(key, () => changed()),
  );
  const set = (value) => write(state, key, () => value).catch((error) => console.error(error));
  return Object.defineProperties(store, {
    set: { value: set, enumerable: true },
    update: { value: (change) => set(change(state.get(key))), enumerable: true },
    current: { get: Object.getOwnPropertyDescriptor(store, 'current').get, set, enumerable: true, configurable: true },
  });
};

export const syncedStore = (store) =>
  readable(
    () => store.getState(),
    (changed) => store.subscribe(() => changed()),
  );

export const presenceOf = (presence) =>
  readable(
    () => presence.others,
    (changed) => presence.subscribe(() => changed()),
  );

export const leads = (leader) =>
  readable(
    () => leader.isLeader,
    (changed) => leader.subscribe(() => changed()),
  );

export const peersOf = (parley) =>
  readable(
    () => peers.get(parley),
    (changed) => peers.subscribe(parley, changed),
  );
