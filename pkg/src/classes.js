// The state under other names: each is the one engine with the option its name says, so all of them agree with each other.
import { SyncedState, bindMethods, makeDisposable, makeInspectable } from '../wasm/parley_sync.js';

/** Sends at most once in `debounceMs`. */
export class DebouncedSyncedState extends SyncedState {
  constructor(parley, initialState, debounceMs = 300) {
    super(parley, initialState, { debounceMs });
    bindMethods(this, DebouncedSyncedState);
  }

  flushUpdates() {
    return this.flush();
  }
}

/** Drops writes that change nothing. */
export class DiffSyncedState extends SyncedState {
  constructor(parley, initialState, options) {
    super(parley, initialState, { ...options, diff: true });
  }
}

/** Counts the writes of all windows; takes back what fails if asked to. */
export class OptimisticSyncedState extends SyncedState {
  constructor(parley, initialState, options) {
    super(parley, initialState, options, 'optimistic');
  }

  get version() {
    return this._writes;
  }
}

/** Only the named keys leave this window; listeners are for one key each. What is written in one turn wins or loses together. */
export class SlicedSyncedState {
  #state;

  constructor(parley, config) {
    const { initialState, syncedKeys = [], ...options } = config ?? {};
    this.#state = new SyncedState(parley, initialState, { ...options, syncedKeys }, 'sliced');
    bindMethods(this, SlicedSyncedState);
  }

  getState() {
    return this.#state.getState();
  }

  getValue(key) {
    return this.#state.get(key);
  }

  setValue(key, value) {
    return this.#state.setState({ [key]: value });
  }

  updateSlice(key, value) {
    this.#state.applyRemoteUpdate({ [key]: value });
  }

  subscribe(key, listener) {
    return this.#state.subscribeKey(key, listener);
  }

  destroy() {
    this.#state.destroy();
  }
}

makeDisposable(SlicedSyncedState);
makeInspectable(SlicedSyncedState, 'SlicedSyncedState', (state) => state.getState());
