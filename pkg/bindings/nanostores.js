// Atoms for nanostores.
import { atom, onMount } from 'nanostores';
import { write } from './common.js';

/** An atom that follows its source while it has listeners. */
const following = (get, listen) => {
  const store = atom(get());
  const { set } = store;
  const refresh = () => set.call(store, get());
  onMount(store, () => {
    const off = listen(refresh);
    refresh();
    return off;
  });
  return { store, refresh };
};

export const syncedAtom = (state, key) => {
  const { store, refresh } = following(
    () => state.get(key),
    (changed) => state.subscribeKey(key, () => changed()),
  );
  store.set = (next) => {
    write(state, key, () => next).catch((error) => console.error(error));
    refresh();
  };
  return store;
};

export const stateAtom = (state) =>
  following(
    () => state.getState(),
    (changed) => state.subscribe(() => changed()),
  ).store;

export const storeAtom = (store) =>
  following(
    () => store.getState(),
    (changed) => store.subscribe(() => changed()),
  ).store;
