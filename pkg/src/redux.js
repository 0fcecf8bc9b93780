// A Redux store whose actions are those of a SyncedStore: Redux keeps its subscribers and its middleware, the log its order.
import { ValidationError } from '../wasm/host/errors.js';

const REPLACE = '@@parley-sync/REPLACE_REDUCER';
const TAKEN_OVER = '@@parley-sync/REPLACED';

const isPlain = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const proto = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
};

/** `after`, with the slices in which `seen` differs from `before`: those are this window's own. */
const laidOver = (after, before, seen, own = seen) => {
  if (![after, before, seen, own].every(isPlain)) return after;
  const out = { ...after };
  for (const key of Object.keys(seen)) if (!Object.is(seen[key], before[key])) out[key] = own[key];
  return out;
};

// Nobody awaits a dispatch of Redux. What ends with the Parley is no news.
const lost = (error) => {
  if (error?.code !== 'ERR_DESTROYED') console.error(error);
};

/** The enhancer over this class: the entries for `import` and for `require` have one each. */
export const enhancerOver =
  (SyncedStore) =>
  (parley, { filter = () => true, ...options } = {}) => {
    if (typeof filter !== 'function') {
      throw new ValidationError('ERR_CONFIG', 'the option filter must be a function');
    }
    return (createStore) => (reducer, preloaded) => {
      let reduce = reducer;
      // The state that Redux's next call of its reducer shall come to.
      let given;
      const root = (state, action) => {
        if (given === undefined) return reduce(state, action);
        const make = given;
        given = undefined;
        return make();
      };
      const inner = createStore(root, preloaded);
      const announce = (action, make) => {
        given = make;
        try {
          return inner.dispatch(action);
        } finally {
          given = undefined;
        }
      };

      // What became of the action that is being dispatched.
      let outcome = {};
      const fold = (state, action) => {
        delete outcome.error;
        try {
          return reduce(state, action);
        } catch (error) {
          outcome.error = error;
          throw error;
        }
      };
      const shared = new SyncedStore(parley, fold, inner.getState(), options);

      // The last state of the log, the same as it looks to a reducer that was replaced since, and with this window's slices.
      let raw = shared.getState();
      let base = raw;
      let visible = base;
      let look = (state) => state;
      let alone = false;

      const getState = () => {
        const now = shared.getState();
        if (now !== raw) {
          raw = now;
          const next = look(now);
          visible = visible === base ? next : laidOver(next, base, visible);
          base = next;
        }
        return visible;
      };

      const local = (action) => announce(action, () => (visible = reduce(getState(), action)));

      shared.subscribe((_, action) =>
        announce(action, () => {
          const state = getState();
          // Slices of its own hear of shared actions as they come here.
          if (state !== base && action.type !== TAKEN_OVER)
            visible = laidOver(base, base, state, reduce(state, action));
          return visible;
        }),
      );

      const dispatch = (action) => {
        if (alone || !isPlain(action) || typeof action.type !== 'string' || !filter(action)) return local(action);
        const outer = outcome;
        const mine = {};
        outcome = mine;
        try {
          shared._dispatch(action).catch(lost);
        } catch (error) {
          if (error?.code !== 'ERR_DESTROYED') throw error;
          alone = true;
          return local(action);
        } finally {
          outcome = outer;
        }
        if ('error' in mine) throw mine.error;
        return action;
      };

      const replaceReducer = (next) => {
        if (typeof next === 'function') {
          getState();
          reduce = next;
          look = (state) => next(state, { type: REPLACE });
          const filled = look(raw);
          visible = visible === base ? filled : laidOver(filled, base, visible);
          base = filled;
          given = () => visible;
        }
        try {
          inner.replaceReducer(typeof next === 'function' ? root : next);
        } finally {
          given = undefined;
        }
      };

      return {
        ...inner,
        dispatch,
        getState,
        replaceReducer,
        parley: {
          ready: shared.ready,
          destroy() {
            alone = true;
            shared.destroy();
          },
        },
      };
    };
  };
