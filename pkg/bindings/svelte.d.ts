import type { Readable, Writable } from 'svelte/store';
import type { Leader, Parley, PeerInfo, Presence, SyncedState, SyncedStore } from '../index.js';

/** A store (`$value`), and `current`, which is reactive in runes, templates and effects. */
export interface Current<T> extends Readable<T> {
  readonly current: T;
}
/** The same with `set`, `update`, `bind:value={$value}` and `bind:value={value.current}`. */
export interface CurrentWritable<T> extends Writable<T> {
  current: T;
}

/** The frozen snapshot of a state. */
export function syncedState<S extends object>(state: SyncedState<S>): Current<Readonly<S>>;
/** One key of a state, to read and to assign. Its value is frozen: assign a new one to change it. */
export function syncedKey<S extends object, K extends keyof S>(state: SyncedState<S>, key: K): CurrentWritable<S[K]>;
/** The state of a store. */
export function syncedStore<S>(store: SyncedStore<S, any>): Current<S>;
/** What the others share, by their ids. */
export function presenceOf<P>(presence: Presence<P>): Current<ReadonlyMap<string, P>>;
/** Whether this window leads. */
export function leads(leader: Leader): Current<boolean>;
/** The peers. */
export function peersOf(parley: Parley): Current<readonly PeerInfo[]>;
