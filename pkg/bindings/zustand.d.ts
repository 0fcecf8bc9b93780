import type { StateCreator, StoreMutatorIdentifier } from 'zustand/vanilla';
import type { Messenger, SyncedState, SyncedStateOptions } from '../index.js';

/** What is shared, and how: `name`, `conflict`, `persist` and all other options of a SyncedState. */
export type SyncedOptions<T> = Omit<SyncedStateOptions<any>, 'syncedKeys'> & {
  parley: Messenger;
  /** Which keys are shared. Default: all that hold no function when the store is created or changed. */
  keys?: Iterable<keyof T & string> & object;
  /** Gets the error of a write that could not be shared. Default: `console.error`. */
  onError?: (error: unknown) => void;
};

declare module 'zustand/vanilla' {
  // The names of its parameters are Zustand's.
  interface StoreMutators<S, A> {
    'parley-sync': S & {
      /** The state behind the store: `ready`, `conflicts`, `undo`, `destroy`. */ synced: SyncedState<any>;
    };
  }
}

/** Shares a store's data with the other windows: `create(synced((set) => ({ ... }), { parley, name: 'todos' }))`. */
export function synced<
  T,
  Mps extends [StoreMutatorIdentifier, unknown][] = [],
  Mcs extends [StoreMutatorIdentifier, unknown][] = [],
>(
  initializer: StateCreator<T, [...Mps, ['parley-sync', never]], Mcs>,
  options: SyncedOptions<T>,
): StateCreator<T, Mps, [['parley-sync', never], ...Mcs]>;
