// The default entry: the wasm is in its modules. Each name brings the parts it needs, and a bundler leaves out the others.
import * as all from './src/api.js';
import { withMessages } from './src/inline-messages.js';
import { withStates } from './src/inline-states.js';
import { withStores } from './src/inline-stores.js';

export {
  ConnectionError,
  ERROR_CODES,
  ParleyError,
  SYSTEM_EVENTS,
  SecurityError,
  SerializationError,
  TargetNotFoundError,
  TimeoutError,
  ValidationError,
} from './src/api.js';

export const Parley = /* @__PURE__ */ withMessages(all.Parley);
export const createTestNetwork = /* @__PURE__ */ withMessages(all.createTestNetwork);

export const SyncedState = /* @__PURE__ */ withStates(all.SyncedState);
export const DebouncedSyncedState = /* @__PURE__ */ withStates(all.DebouncedSyncedState);
export const DiffSyncedState = /* @__PURE__ */ withStates(all.DiffSyncedState);
export const OptimisticSyncedState = /* @__PURE__ */ withStates(all.OptimisticSyncedState);
export const PersistedSyncedState = /* @__PURE__ */ withStates(all.PersistedSyncedState);
export const SlicedSyncedState = /* @__PURE__ */ withStates(all.SlicedSyncedState);
export const Leader = /* @__PURE__ */ withStates(all.Leader);
export const Presence = /* @__PURE__ */ withStates(all.Presence);

export const SyncedStore = /* @__PURE__ */ withStores(all.SyncedStore);
