// Atoms for Jotai.
import { atom } from 'jotai/vanilla';
import { write } from './common.js';

/** An atom that follows its source while it is mounted. */
const following = (get, listen) => {
  const base = atom(get());
  base.onMount = (set) => {
    const refresh = () => set(() => get());
    const off = listen(refresh);
    // It may have changed between the first read and now.
    refresh();
    return off;
  };
  return base;
};

export const syncedAtom = (state, key) => {
  const base = following(
    () => state.get(key),
    (changed) => state.subscribeKey(key, () => changed()),
  );
  return atom(
    (get) => get(base),
    (_get, set, next) => {
      const written = write(state, key, next);
      // For reads while it is not mounted.
      set(base, () => state.get(key));
      return written;
    },
  );
};

export const stateAtom = (state) => {
  const base = following(
    () => state.getState(),
    (changed) => state.subscribe(() => changed()),
  );
  return atom((get) => get(base));
};

export const storeAtom = (store) => {
  const base = following(
    () => store.getState(),
    (changed) => store.subscribe(() => changed()),
  );
  return atom((get) => get(base));
};
