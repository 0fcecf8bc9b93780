import type { Accessor } from 'solid-js';
import type { Leader, Parley, PeerInfo, Presence, SyncedState, SyncedStore } from '../index.js';

/** The frozen snapshot. Subscribed until the owner (component, root, effect) is cleaned up. */
export function createSyncedState<S extends object>(state: SyncedState<S>): Accessor<Readonly<S>>;
/** One key, like `createSignal`: `[value, set]`. `set` takes a value, or a function of the present one. */
export function createSyncedKey<S extends object, K extends keyof S>(
  state: SyncedState<S>,
  key: K,
): [Accessor<S[K]>, (next: S[K] | ((now: S[K]) => S[K])) => Promise<void>];
/** The state of a store. */
export function createSyncedStore<S>(store: SyncedStore<S, any>): Accessor<S>;
/** What the others share, by their ids. */
export function createPresence<P>(presence: Presence<P>): Accessor<ReadonlyMap<string, P>>;
/** Whether this window leads. */
export function createLeader(leader: Leader): Accessor<boolean>;
/** The peers. */
export function createPeers(parley: Parley): Accessor<readonly PeerInfo[]>;
