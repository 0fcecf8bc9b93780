import type { StoreEnhancer } from 'redux';
import type { Messenger } from './index.js';

export interface ParleyEnhancerOptions<A extends { type: string } = any> {
  /** Two stores on one Parley need two names. Default 'store'. */
  name?: string;
  /** Version of the shape of the state. Peers with another are not let in: ERR_SCHEMA_VERSION on both sides. Default 1. */
  version?: number;
  checkpointEvery?: number;
  /**
   * Which actions are shared. Default: all plain actions. The others are reduced in this window only: a slice that one of
   * them has changed (a top-level key of the state) is this window's own from then on, and hears of shared actions as they
   * come; so an action that is not shared should leave alone what shared actions change.
   */
  filter?: (action: A) => boolean;
}

/** What the enhancer adds to a store. */
export interface ParleyStoreExtension {
  readonly parley: {
    /** The state of whoever was there before has arrived. */
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
 * `dispatch` applies at once, calls the subscribers and returns the action, as Redux does. It throws what the reducer throws, and
 * a SerializationError for an action that cannot cross to another window; nothing is applied then.
 */
export function parleyEnhancer<A extends { type: string } = any>(
  parley: Messenger,
  options?: ParleyEnhancerOptions<A>,
): StoreEnhancer<ParleyStoreExtension>;
