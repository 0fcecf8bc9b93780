// Hooks for React 18 and 19.
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { NOBODY, NO_PEERS, peers, write } from './common.js';

const whole = (now) => now;

/** What `select` finds in a source's snapshot: the same object while `equal` says so. */
function useSelected(subscribe, get, getOnServer, select, equal) {
  const shown = useRef();
  const [select1, selectOnServer] = useMemo(() => {
    let memo;
    const of = (snapshot) => {
      if (memo !== undefined && memo.snapshot === snapshot) return memo.value;
      let value = select(snapshot);
      const before = memo ?? shown.current;
      if (before !== undefined && equal(before.value, value)) value = before.value;
      memo = { snapshot, value };
      return value;
    };
    return [() => of(get()), () => of(getOnServer())];
  }, [get, getOnServer, select, equal]);
  const value = useSyncExternalStore(subscribe, select1, selectOnServer);
  useEffect(() => {
    shown.current = { value };
  });
  return value;
}

export function useSyncedState(state, what = whole, equal = Object.is) {
  const isKey = typeof what !== 'function';
  const key = isKey ? what : undefined;
  const subscribe = useCallback(
    (changed) => (isKey ? state.subscribeKey(key, () => changed()) : state.subscribe(() => changed())),
    [state, isKey, key],
  );
  const get = useCallback(() => (isKey ? state.get(key) : state.getState()), [state, isKey, key]);
  const getOnServer = useCallback(
    () => (isKey ? state.getInitialState()[key] : state.getInitialState()),
    [state, isKey, key],
  );
  return useSelected(subscribe, get, getOnServer, isKey ? whole : what, equal);
}

export function useSyncedKey(state, key) {
  const value = useSyncedState(state, key);
  const set = useCallback((next) => write(state, key, next), [state, key]);
  return [value, set];
}

export function useSyncedStore(store, select = whole, equal = Object.is) {
  const subscribe = useCallback((changed) => store.subscribe(() => changed()), [store]);
  const get = useCallback(() => store.getState(), [store]);
  const getOnServer = useCallback(() => store.getInitialState(), [store]);
  return useSelected(subscribe, get, getOnServer, select, equal);
}

export function usePresence(presence) {
  const subscribe = useCallback((changed) => presence.subscribe(() => changed()), [presence]);
  return useSyncExternalStore(
    subscribe,
    () => presence.others,
    () => NOBODY,
  );
}

export function useLeader(leader) {
  const subscribe = useCallback((changed) => leader.subscribe(() => changed()), [leader]);
  return useSyncExternalStore(
    subscribe,
    () => leader.isLeader,
    () => false,
  );
}

export function usePeers(parley) {
  const subscribe = useCallback((changed) => peers.subscribe(parley, changed), [parley]);
  return useSyncExternalStore(
    subscribe,
    () => peers.get(parley),
    () => NO_PEERS,
  );
}

/** Promises that settled, so that a component is suspended once. */
const settled = new WeakMap();

export function useReady(...sources) {
  // A server has no other windows to wait for: what it renders is the initial state.
  if (typeof document === 'undefined') return;
  for (const { ready } of sources) {
    let waiting = settled.get(ready);
    if (waiting === true) continue;
    if (waiting === undefined) {
      const done = () => settled.set(ready, true);
      waiting = ready.then(done, done);
      settled.set(ready, waiting);
    }
    throw waiting;
  }
}
