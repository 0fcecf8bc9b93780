// Refs for Vue 3.
import { customRef, getCurrentInstance, getCurrentScope, onMounted, onScopeDispose, shallowRef } from 'vue';
import { peers, write } from './common.js';

/** Runs `subscribe` for as long as the component, or the effect scope, lives. A server has none that ends: nothing is subscribed. */
const whileAlive = (subscribe) => {
  if (typeof document === 'undefined') return;
  const off = subscribe();
  if (getCurrentScope()) onScopeDispose(off);
};

/** A ref of what `get` returns. With `hydrate`, of `initial` until the component is mounted. */
const following = (get, subscribe, initial, { hydrate = false } = {}) => {
  const waits = hydrate && getCurrentInstance() !== null;
  const value = shallowRef(waits ? initial() : get());
  const refresh = () => (value.value = get());
  if (!waits) whileAlive(() => subscribe(refresh));
  else {
    let off = () => {};
    let gone = false;
    onScopeDispose(() => {
      gone = true;
      off();
    });
    onMounted(() => {
      if (gone) return;
      off = subscribe(refresh);
      refresh();
    });
  }
  return value;
};

export const useSyncedState = (state, options) =>
  readonlyRef(
    following(
      () => state.getState(),
      (changed) => state.subscribe(() => changed()),
      () => state.getInitialState(),
      options,
    ),
  );

export const useSyncedKey = (state, key, options) => {
  const value = following(
    () => state.get(key),
    (changed) => state.subscribeKey(key, () => changed()),
    () => state.getInitialState()[key],
    options,
  );
  return customRef(() => ({
    get: () => value.value,
    set: (next) => {
      // What cannot be written is reported by the state, and the ref keeps what it shows.
      write(state, key, () => next).catch((error) => console.error(error));
    },
  }));
};

export const useSyncedStore = (store, options) =>
  readonlyRef(
    following(
      () => store.getState(),
      (changed) => store.subscribe(() => changed()),
      () => store.getInitialState(),
      options,
    ),
  );

export const usePresence = (presence) =>
  readonlyRef(
    following(
      () => presence.others,
      (changed) => presence.subscribe(() => changed()),
    ),
  );

export const useLeader = (leader) =>
  readonlyRef(
    following(
      () => leader.isLeader,
      (changed) => leader.subscribe(() => changed()),
    ),
  );

export const usePeers = (parley) =>
  readonlyRef(
    following(
      () => peers.get(parley),
      (changed) => peers.subscribe(parley, changed),
    ),
  );

/** The ref cannot be assigned; its value, frozen data, is handed out as it is. */
function readonlyRef(value) {
  return customRef(() => ({
    get: () => value.value,
    set: () => console.warn('this ref is read-only: write with setState, dispatch or set'),
  }));
}
