import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { SyncedState, SyncedStore } from '../index.js';

/** One key as a signal: assign `value` to write it everywhere. Its value is frozen: assign a new one to change it. */
export function syncedSignal<S extends object, K extends keyof S>(state: SyncedState<S>, key: K): Signal<S[K]>;
/** The frozen snapshot of a state. */
export function stateSignal<S extends object>(state: SyncedState<S>): ReadonlySignal<Readonly<S>>;
/** The state of a store. */
export function storeSignal<S>(store: SyncedStore<S, any>): ReadonlySignal<S>;
