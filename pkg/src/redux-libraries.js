// What two libraries that many Redux stores have keep to one window: RTK Query's cache, and redux-persist's own actions.
import { same } from '../wasm/host/values.js';
import { changedKeys, isPlain, isQuerySlice, unmarked } from './redux-view.js';

const REHYDRATE = 'persist/REHYDRATE';
const PERSIST_ACTIONS = /^persist\/(FLUSH|PAUSE|PERSIST|PURGE|REGISTER|REHYDRATE)$/;

/** The shared action that brings what was stored. */
export const RESTORED = '@@parley-sync/RESTORED';
// Where the state of the log says which slices shared actions have changed, and whose storage has been restored.
const META = '@@parley-sync';

/** Whether an action is one that a library dispatches for the window it runs in. */
export const isOfOneWindow = (type, state) =>
  PERSIST_ACTIONS.test(type) ||
  type.startsWith('__rtkq/') ||
  (isPlain(state) && Object.keys(state).some((key) => type.startsWith(`${key}/`) && isQuerySlice(key, state[key])));

export const isRehydration = ({ type, key }) => type === REHYDRATE && typeof key === 'string';

/** Tells redux-persist what the state is now: its reducer stores what it returns for this action, and nothing is restored. */
export const touch = (key) => ({ type: REHYDRATE, key, payload: undefined, err: undefined });

/** The shared action for a restored state: each slice as it was here before, and as it is stored. */
export const restoring = (key, before, after, skip) => {
  const slices = {};
  if (isPlain(before) && isPlain(after)) {
    for (const name of changedKeys(before, after)) {
      const [from, to] = [unmarked(before[name]), unmarked(after[name])];
      if (!skip(name) && to !== undefined && !same(from, to)) slices[name] = { from, to };
    }
  }
  return { type: RESTORED, key, slices };
};

const bare = new WeakMap();

/** A state of the log as reducers see it; the same object for the same state. */
export const withoutMeta = (state) => {
  if (!isPlain(state) || !Object.hasOwn(state, META)) return state;
  if (!bare.has(state)) {
    const { [META]: _, ...rest } = state;
    bare.set(state, rest);
  }
  return bare.get(state);
};

const metaOf = (state) => (isPlain(state) && isPlain(state[META]) ? state[META] : {});
const withMeta = (state, meta) => ({ ...state, [META]: { ...meta } });

/** The slices that shared actions have changed, here and elsewhere; [''] for a state that has no slices. */
export const sharedSlices = (state) => (isPlain(state) ? Object.keys(metaOf(state).shared ?? {}) : ['']);

/** Runs the reducer over a state of the log, and notes which slices it changed. */
export const foldOver = (state, reduce) => {
  const seen = withoutMeta(state);
  const next = reduce(seen);
  if (next === seen) return state;
  if (!isPlain(seen) || !isPlain(next)) return next;
  const meta = metaOf(state);
  // What was not there is a slice whose reducer was added, and that is no change of it.
  const changed = changedKeys(seen, next).filter((key) => Object.hasOwn(seen, key) && !meta.shared?.[key]);
  if (changed.length === 0) return seen === state ? next : withMeta(next, meta);
  const shared = { ...meta.shared, ...Object.fromEntries(changed.map((key) => [key, true])) };
  return withMeta(next, { ...meta, shared });
};

/**
 * Lays what was stored into a state of the log. The first window that restores counts, and only where nobody has changed
 * what it saw: a window that opens later has a storage that is older than the state which the others hold.
 */
export const restore = (state, { key, slices }) => {
  if (!isPlain(state) || !isPlain(slices) || typeof key !== 'string') return state;
  const meta = metaOf(state);
  if (meta.restored?.[key]) return state;
  const next = withMeta(state, { ...meta, restored: { ...meta.restored, [key]: true } });
  for (const [name, { from, to }] of Object.entries(slices)) {
    if (!Object.hasOwn(state, name) || same(state[name], from)) next[name] = to;
  }
  return next;
};
