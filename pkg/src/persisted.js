// A state that is kept in localStorage.
import { SyncedState, bindMethods } from '../wasm/parley_sync.js';

export class PersistedSyncedState extends SyncedState {
  constructor(parley, initialState = {}, storageKey = 'appState') {
    super(parley, initialState, { persist: storageKey });
    this.storageKey = storageKey;
    bindMethods(this, PersistedSyncedState);
  }

  /** Every key is deleted, in every window, and nothing of it stays stored. Whoever begins anew finds the initial values. */
  clear() {
    return this._clear();
  }
}
