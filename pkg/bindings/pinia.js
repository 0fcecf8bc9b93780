// A plugin for Pinia: stores with the option `synced` share their state with the other windows.
import * as api from '../src/api.js';
import { withStates } from '../src/inline-states.js';

const SyncedState = /* @__PURE__ */ withStates(api.SyncedState);

const copy = (value) => (typeof value === 'object' && value !== null ? structuredClone(value) : value);

export const parleyPinia =
  (parley, defaults = {}) =>
  ({ store, options: { synced } }) => {
    if (!synced) return undefined;
    const { keys: given, onError, ...options } = { name: store.$id, ...defaults, ...(synced === true ? {} : synced) };
    const report = onError ?? ((error) => console.error(error));
    const keys = given && [...given];
    const shared = () => keys ?? Object.keys(store.$state);
    const now = () => Object.fromEntries(shared().map((key) => [key, store.$state[key]]));
    const state = new SyncedState(parley, now(), options);
    let applying = false;

    /** Values of a state are frozen: a component may change its own in place. */
    const apply = (changed) => {
      applying = true;
      try {
        store.$patch(($state) => {
          for (const key of changed) $state[key] = copy(state.get(key));
        });
      } finally {
        applying = false;
      }
    };

    // What a storage held is there already.
    apply(Object.keys(state.getState()));
    const off = state.subscribe((_now, _before, change) => {
      if (change.origin !== 'local') apply(change.keys);
    });
    // At once: what another window writes meanwhile would otherwise be laid over a change that nobody heard of. Values that
    // are equal are not sent.
    store.$subscribe(
      () => {
        if (!applying) state.setState(now()).catch(report);
      },
      { detached: true, flush: 'sync' },
    );
    const dispose = store.$dispose.bind(store);
    store.$dispose = () => {
      off();
      state.destroy();
      dispose();
    };
    return { $synced: state };
  };
