import type { Leader, Parley, PeerInfo, Presence, SyncedState, SyncedStore } from '../index.js';

/** The frozen snapshot; the component renders again at every change. A server, and the first client render, show the initial state. */
export function useSyncedState<S extends object>(state: SyncedState<S>): Readonly<S>;
/** The value of one key; the component renders again when that key changes. */
export function useSyncedState<S extends object, K extends keyof S>(state: SyncedState<S>, key: K): S[K];
/** What `select` finds; the component renders again when `equal` (default: `Object.is`) says that it changed. */
export function useSyncedState<S extends object, T>(
  state: SyncedState<S>,
  select: (state: Readonly<S>) => T,
  equal?: (a: T, b: T) => boolean,
): T;

/** Like React's useState, for one key: `[value, set]`. `set` takes a value, or a function of the present one. */
export function useSyncedKey<S extends object, K extends keyof S>(
  state: SyncedState<S>,
  key: K,
): [S[K], (next: S[K] | ((now: S[K]) => S[K])) => Promise<void>];

/** The state of a store, or what `select` finds in it. */
export function useSyncedStore<S, T = S>(
  store: SyncedStore<S, any>,
  select?: (state: S) => T,
  equal?: (a: T, b: T) => boolean,
): T;

/** What the others share, by their ids; empty on a server. */
export function usePresence<P>(presence: Presence<P>): ReadonlyMap<string, P>;
/** Whether this window leads; false on a server. */
export function useLeader(leader: Leader): boolean;
/** The peers: the same list until one comes, goes or changes its connection state; empty on a server. */
export function usePeers(parley: Parley): readonly PeerInfo[];
/** Suspends the component until each of these (states, stores, a Parley) is ready. Does nothing on a server. */
export function useReady(...sources: { readonly ready: Promise<void> }[]): void;
