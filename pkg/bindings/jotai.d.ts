import type { Atom, WritableAtom } from 'jotai/vanilla';
import type { SyncedState, SyncedStore } from '../index.js';

/** One key as an atom; setting it takes a value, or a function of the present one, and writes it everywhere. */
export function syncedAtom<S extends object, K extends keyof S>(
  state: SyncedState<S>,
  key: K,
): WritableAtom<S[K], [next: S[K] | ((now: S[K]) => S[K])], Promise<void>>;
/** The frozen snapshot of a state. */
export function stateAtom<S extends object>(state: SyncedState<S>): Atom<Readonly<S>>;
/** The state of a store. */
export function storeAtom<S>(store: SyncedStore<S, any>): Atom<S>;
