// Signals for Solid.
import { createSignal, getOwner, onCleanup } from 'solid-js';
import { peers, write } from './common.js';

/** An accessor of what `get` returns; subscribed until its owner is cleaned up. */
const following = (get, listen) => {
  const [value, set] = createSignal(get(), { equals: Object.is });
  if (typeof document !== 'undefined') {
    const off = listen(() => set(() => get()));
    if (getOwner()) onCleanup(off);
  }
  return value;
};

export const createSyncedState = (state) =>
  following(
    () => state.getState(),
    (changed) => state.subscribe(() => changed()),
  );

export const createSyncedKey = (state, key) => [
  following(
    () => state.get(key),
    (changed) => state.subscribeKey(key, () => changed()),
  ),
  (next) => write(state, key, next),
];

export const createSyncedStore = (store) =>
  following(
    () => store.getState(),
    (changed) => store.subscribe(() => changed()),
  );

export const createPresence = (presence) =>
  following(
    () => presence.others,
    (changed) => presence.subscribe(() => changed()),
  );

export const createLeader = (leader) =>
  following(
    () => leader.isLeader,
    (changed) => leader.subscribe(() => changed()),
  );

export const createPeers = (parley) =>
  following(
    () => peers.get(parley),
    (changed) => peers.subscribe(parley, changed),
  );
