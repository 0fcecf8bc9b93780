// Everything public, for either entry; it works once the wasm is there.
export {
  ConnectionError,
  ParleyError,
  SecurityError,
  SerializationError,
  TargetNotFoundError,
  TimeoutError,
  ValidationError,
} from '../wasm/host/errors.js';
export { Parley, SyncedState, SyncedStore } from '../wasm/parley_sync.js';
export { DebouncedSyncedState, DiffSyncedState, OptimisticSyncedState, SlicedSyncedState } from './classes.js';
export { ERROR_CODES } from './codes.js';
export { SYSTEM_EVENTS } from './events.js';
export { PersistedSyncedState } from './persisted.js';
export { Leader } from './leader.js';
export { createTestNetwork } from './network.js';
export { Presence } from './presence.js';
