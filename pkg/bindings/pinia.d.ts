import type { PiniaPlugin } from 'pinia';
import type { Messenger, SyncedState, SyncedStateOptions } from '../index.js';

/** The options of a SyncedState; `name` defaults to the store's id. */
export type SyncedOptions = Omit<SyncedStateOptions<any>, 'syncedKeys'> & {
  /** Which keys are shared. Default: all. */
  keys?: Iterable<string> & object;
  /** Gets the error of a write that could not be shared. Default: `console.error`. */
  onError?: (error: unknown) => void;
};

declare module 'pinia' {
  // The names of their parameters are Pinia's.
  interface DefineStoreOptionsBase<S, Store> {
    /** Share the store's state with the other windows. */ synced?: true | SyncedOptions;
  }
  interface PiniaCustomProperties {
    /** The state behind a store with `synced`: `ready`, `conflicts`, `undo`. */ $synced: SyncedState<any>;
  }
}

/** `pinia.use(parleyPinia(parley))`; then `defineStore('cart', { state, actions, synced: true })`. */
export function parleyPinia(parley: Messenger, defaults?: Omit<SyncedOptions, 'name' | 'keys'>): PiniaPlugin;
