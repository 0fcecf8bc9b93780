import type { ReadableAtom, WritableAtom } from 'nanostores';
import type { SyncedState, SyncedStore } from '../index.js';

/** One key as an atom: `set` writes it everywhere. Its value is frozen: set a new one to change it. */
export function syncedAtom<S extends object, K extends keyof S>(state: SyncedState<S>, key: K): WritableAtom<S[K]>;
/** The frozen snapshot of a state. */
export function stateAtom<S extends object>(state: SyncedState<S>): ReadableAtom<Readonly<S>>;
/** The state of a store. */
export function storeAtom<S>(store: SyncedStore<S, any>): ReadableAtom<S>;
