import type { Ref } from 'vue';
import type { Leader, Parley, PeerInfo, Presence, SyncedState, SyncedStore } from '../index.js';

export interface BindingOptions {
  /** Show the initial state until the component is mounted, as a server has rendered it. Default false. */
  hydrate?: boolean;
}

/** A read-only ref of the frozen snapshot. Subscribed until the component or the effect scope ends. */
export function useSyncedState<S extends object>(
  state: SyncedState<S>,
  options?: BindingOptions,
): Readonly<Ref<Readonly<S>>>;
/** A ref of one key, for reading, assigning and `v-model`. Its value is frozen: assign a new one to change it. */
export function useSyncedKey<S extends object, K extends keyof S>(
  state: SyncedState<S>,
  key: K,
  options?: BindingOptions,
): Ref<S[K]>;
/** A read-only ref of a store's state. */
export function useSyncedStore<S>(store: SyncedStore<S, any>, options?: BindingOptions): Readonly<Ref<S>>;
/** What the others share, by their ids. */
export function usePresence<P>(presence: Presence<P>): Readonly<Ref<ReadonlyMap<string, P>>>;
/** Whether this window leads. */
export function useLeader(leader: Leader): Readonly<Ref<boolean>>;
/** The peers. */
export function usePeers(parley: Parley): Readonly<Ref<readonly PeerInfo[]>>;
