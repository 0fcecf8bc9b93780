// A middleware for Zustand: the data of a store is a SyncedState, its actions stay where they are.
import * as api from '../src/api.js';
import { withStates } from '../src/inline-states.js';
import { dataOf, difference } from './common.js';

const SyncedState = /* @__PURE__ */ withStates(api.SyncedState);

export const synced = (initializer, { parley, keys: given, onError, ...options }) => {
  const keys = given && [...given];
  const report = onError ?? ((error) => console.error(error));
  return (set, get, api) => {
    let state;
    let applying = false;
    const share = (before, now) => {
      if (applying || state === undefined) return;
      const updates = difference(dataOf(before, keys), dataOf(now, keys));
      if (Object.keys(updates).length > 0) state.setState(updates).catch(report);
    };
    /** What one of the store's setters does, told to the others. */
    const sharing =
      (original) =>
      (...parameters) => {
        const before = get();
        original(...parameters);
        share(before, get());
      };
    const setState = sharing(api.setState);
    api.setState = setState;
    const initial = initializer(sharing(set), get, api);
    state = new SyncedState(parley, dataOf(initial, keys), options);
    api.synced = state;
    state.subscribe((_now, _before, change) => {
      if (change.origin === 'local') return;
      const updates = {};
      for (const key of change.keys) updates[key] = state.get(key);
      applying = true;
      try {
        set(updates);
      } finally {
        applying = false;
      }
    });
    // What a storage held is there already.
    return { ...initial, ...state.getState() };
  };
};
