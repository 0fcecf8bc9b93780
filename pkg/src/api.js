// Everything public, for either entry; it works once the wasm is there.
export { Parley, SyncedState } from '../wasm/parley_sync.js';
