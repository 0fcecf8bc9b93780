import type { StoreEnhancer } from 'redux';
import type { AsyncStorageLike, Messenger, ParleyError } from './index.js';

export interface ParleyEnhancerOptions<A extends { type: string } = any> {
  /** Two stores on one Parley need two names. Default 'store'. */
  name?: string;
  /** Version of the shape of the state. Peers with another are not let in: ERR_SCHEMA_VERSION on both sides. Default 1. */
  version?: number;
  checkpointEvery?: number;
  /**
   * Which actions are shared. Default: all plain actions. Never shared, whatever it says: the actions of RTK Query and of
   * redux-persist, and those that cannot be cloned (functions, promises, a Request), which are named once per type:
   * ERR_SERIALIZATION in system:error.
   *
   * An action that is not shared is reduced in this window only. A slice (a top-level key of the state) that it changes is
   * this window's own from then on, and hears of shared actions as they come. If shared actions change that slice too, windows
   * differ there: this is reported once per slice, as ERR_UNSHARED in system:error, with details.slice and details.type.
   */
  filter?: (action: A) => boolean;
  /**
   * Stores the shared slices, and restores them when the first window opens: what is stored never replaces what an open window
   * holds. A string is the key of ParleyEnhancerPersist. `store.parley.ready` waits for storage as well.
   */
  persist?: string | ParleyEnhancerPersist;
}

export interface ParleyEnhancerPersist {
  /** The slices are stored under this key; what cannot be read under `${key}:corrupt`, of another version under `${key}:older`. */
  key: string;
  /** Default 'localStorage', which is read before the store is made. */
  storage?: 'localStorage' | 'indexedDB' | AsyncStorageLike;
  /** Only these slices are stored. Default: all that are shared. */
  keys?: Iterable<string> & object;
  /** Called once for each kind of failure; the store goes on in memory. Without it: 'system:error'. */
  onError?: (error: ParleyError) => void;
}

/** What the enhancer adds to a store. */
export interface ParleyStoreExtension {
  readonly parley: {
    /** The state of the windows that were there before has arrived. */
    readonly ready: Promise<void>;
    /** Takes the store off its Parley; it goes on in this window alone. */
    destroy(): void;
  };
}

/**
 * Shares the plain actions of a Redux store: every window folds the same ones in the same order into the same state.
 * It belongs innermost, after `applyMiddleware` in `compose`: thunks and the like are resolved before, and actions of other
 * windows reach reducers and subscribers, not the middleware.
 *
 * `dispatch` applies at once, calls the subscribers and returns the action, as Redux does. It throws what the reducer throws.
 *
 * `replaceReducer` folds again what the log still holds, so that a reducer which comes late sees what was dispatched before. If
 * older actions are folded away already (more than limits.logLength), this is reported: ERR_UNSHARED with details.forgotten.
 *
 * What redux-persist reads counts for all windows, and once: the first window restores, and only slices that nobody has changed.
 */
export function parleyEnhancer<A extends { type: string } = any>(
  parley: Messenger,
  options?: ParleyEnhancerOptions<A>,
): StoreEnhancer<ParleyStoreExtension>;
