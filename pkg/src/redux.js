// A Redux store whose actions are those of a SyncedStore: Redux keeps its subscribers and its middleware, the log its order.
import { ValidationError } from '../wasm/host/errors.js';
import {
  foldOver,
  isOfOneWindow,
  isRehydration,
  restore,
  RESTORED,
  restoring,
  sharedSlices,
  touch,
  withoutMeta,
} from './redux-libraries.js';
import { Keeper, readPersist } from './redux-storage.js';
import { changedKeys, isPlain, View } from './redux-view.js';

const REPLACE = '@@parley-sync/REPLACE_REDUCER';
/** Who restores what the enhancer's own `persist` has stored. */
const STORAGE = '@@parley-sync/STORAGE';
const TAKEN_OVER = '@@parley-sync/REPLACED';

// Nobody awaits a dispatch of Redux. What ends with the Parley is no news.
const lost = (error) => {
  if (error?.code !== 'ERR_DESTROYED') console.error(error);
};

/** The enhancer over this class: the entries for `import` and for `require` have one each. */
export const enhancerOver =
  (SyncedStore) =>
  (parley, { filter = () => true, persist: givenPersist, ...options } = {}) => {
    if (typeof filter !== 'function') {
      throw Object.assign(new ValidationError('the option filter must be a function'), { code: 'ERR_CONFIG' });
    }
    const persist = readPersist(givenPersist);
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
      // What Redux DevTools show in place of the state, until the next action.
      let pastState;
      let announcing = 0;
      inner.subscribe(() => {
        const shown = inner.getState();
        if (announcing === 0) pastState = shown === view.state ? undefined : { state: shown };
      });
      const announce = (action, make) => {
        given = make;
        announcing += 1;
        pastState = undefined;
        try {
          return inner.dispatch(action);
        } finally {
          announcing -= 1;
          given = undefined;
        }
      };

      // What became of the action that is being dispatched.
      let outcome = {};
      const fold = (state, action) => {
        if (action.type === RESTORED) return restore(state, action);
        delete outcome.error;
        try {
          return foldOver(state, (seen) => reduce(seen, action));
        } catch (error) {
          outcome.error = error;
          throw error;
        }
      };
      // What storage says at once is there from the start, as if it had been preloaded: windows that are there already win.
      let initial = inner.getState();
      const early = [];
      let shared;
      const reportStorage = (error) =>
        shared ? shared._report(error.code, error.message, error.details) : early.push(error);
      const keeper = persist && new Keeper(persist, options.version ?? 1, reportStorage);
      const loading =
        isPlain(initial) &&
        keeper?.load(initial, (slices) => {
          if (shared) restoreLate(slices);
          else initial = { ...initial, ...slices };
        });
      shared = new SyncedStore(parley, fold, initial, options);
      for (const error of early) reportStorage(error);

      const named = new Set();
      /** What cannot be shared is named once for each type of action. */
      const nameUnshared = (type, error) => {
        if (named.has(type)) return;
        named.add(type);
        const message = `the action '${type}' stays in this window: ${error.message}`;
        shared._report(error.code, message, { type, path: error.details?.path });
      };
      const tellApart = (slice, type) => {
        if (alone) return;
        shared._report(
          'ERR_UNSHARED',
          `the action '${type}' is not shared, and it changed ${slice === '' ? 'the state' : `the slice '${slice}'`}, which ` +
            'shared actions change too: it is different in each window. Share that action, or keep what it changes in a slice ' +
            'that only actions of one window change',
          { slice, type },
        );
      };

      let raw = shared.getState();
      // The log's state as it looks to a reducer that was replaced.
      let look = (state) => state;
      const view = new View(withoutMeta(raw), tellApart);
      let alone = false;
      let replacing = false;

      const catchUp = () => {
        const now = shared.getState();
        if (now === raw) return;
        raw = now;
        view.rebase(look(withoutMeta(now)));
        view.noteShared(sharedSlices(now));
      };
      const getState = () => {
        if (pastState !== undefined) return pastState.state;
        catchUp();
        return view.state;
      };

      const restoredKeys = new Set();
      const touchAll = () => {
        for (const key of restoredKeys) reduce(view.state, touch(key));
      };

      const local = (action) =>
        announce(action, () => {
          catchUp();
          view.takeLocal(reduce(view.state, action), String(action.type));
          return view.state;
        });

      /** This window's slices hear of shared actions as they come here. */
      const hear = (action) => {
        const before = view.state;
        catchUp();
        if (action.type === RESTORED) return;
        if (!view.isMixed || action.type === TAKEN_OVER) return;
        try {
          view.takeOwn(reduce(before, action));
        } catch {
          // The log has skipped it, and has told so.
        }
      };
      shared.subscribe((_, action) => {
        keeper?.changed(withoutMeta(shared.getState()));
        if (replacing) return;
        announce(action, () => {
          hear(action);
          touchAll();
          return view.state;
        });
      });
      if (initial !== inner.getState()) announce({ type: RESTORED }, () => view.state);

      /** Shares an action, or throws why it cannot be shared. */
      const share = (action) => {
        const outer = outcome;
        const mine = {};
        outcome = mine;
        try {
          shared._dispatch(action).catch(lost);
        } finally {
          outcome = outer;
        }
        if ('error' in mine) throw mine.error;
        return action;
      };
      /** The same, or `otherwise` for what has to stay in this window. */
      const shareOr = (action, type, otherwise) => {
        const thrown = { by: undefined };
        try {
          return share(action);
        } catch (error) {
          thrown.by = error;
        }
        const { code } = thrown.by ?? {};
        if (code === 'ERR_DESTROYED') alone = true;
        else if (code === 'ERR_SERIALIZATION') nameUnshared(type, thrown.by);
        else throw thrown.by;
        return otherwise();
      };

      /** What redux-persist read: shared as what was stored, and its own marks kept here. */
      const rehydrate = (action) => {
        catchUp();
        const before = view.state;
        const after = reduce(before, action);
        const stored = restoring(action.key, before, after, (slice) => view.isOwn(slice));
        restoredKeys.add(action.key);
        const keepHere = () =>
          announce(action, () => {
            view.takeLocal(after, action.type);
            return view.state;
          });
        shareOr(stored, action.type, keepHere);
        if (alone) return action;
        return announce(action, () => {
          catchUp();
          if (isPlain(after)) view.takeMarks(after);
          touchAll();
          return view.state;
        });
      };

      /** What storage says later: the same as for redux-persist. */
      const restoreLate = (slices) => {
        if (alone) return;
        catchUp();
        const stored = restoring(STORAGE, view.base, { ...view.base, ...slices }, () => false);
        shareOr(stored, RESTORED, () => {});
      };

      const dispatch = (action) => {
        if (alone || !isPlain(action) || typeof action.type !== 'string') return local(action);
        if (isRehydration(action)) return rehydrate(action);
        catchUp();
        if (isOfOneWindow(action.type, view.state) || !filter(action)) return local(action);
        return shareOr(action, action.type, () => local(action));
      };

      /** Everything that the log still holds is folded again: a reducer that comes late sees what was dispatched before. */
      const refold = (next) => {
        catchUp();
        const before = view.base;
        reduce = next;
        look = (state) => next(state, { type: REPLACE });
        replacing = true;
        let forgotten = 0;
        try {
          if (!alone) forgotten = shared._refold();
        } finally {
          replacing = false;
        }
        raw = shared.getState();
        view.rebase(look(withoutMeta(raw)));
        view.noteShared(sharedSlices(raw));
        if (forgotten === 0 || !isPlain(before) || !isPlain(view.base)) return;
        const late = changedKeys(before, view.base).filter((key) => !Object.hasOwn(before, key));
        for (const slice of late) {
          shared._report(
            'ERR_UNSHARED',
            `the reducer of the slice '${slice}' came after ${forgotten} actions were folded away: it has not seen those, and ` +
              'windows that had it from the start may show something else. Add it earlier, or raise limits.logLength',
            { slice, forgotten },
          );
        }
      };

      const replaceReducer = (next) => {
        const known = typeof next === 'function';
        if (known) {
          refold(next);
          given = () => view.state;
        }
        announcing += 1;
        pastState = undefined;
        try {
          inner.replaceReducer(known ? root : next);
        } finally {
          announcing -= 1;
          given = undefined;
        }
      };

      return {
        ...inner,
        dispatch,
        getState,
        replaceReducer,
        parley: {
          ready: loading ? Promise.all([shared.ready, loading]).then(() => {}) : shared.ready,
          destroy() {
            alone = true;
            keeper?.destroy();
            shared.destroy();
          },
        },
      };
    };
  };
