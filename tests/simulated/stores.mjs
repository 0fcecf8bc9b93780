// Windows of the simulated network with a store each, and a record of what its listener was told.
import { test } from 'node:test';
import { SyncedStore, createTestNetwork } from '../../pkg/index.js';

// Order-sensitive on purpose: the list tells who came when, and a clear tells what was before it.
export const reducer = (state, action) => {
  switch (action.type) {
    case 'add':
      return { ...state, items: [...state.items, action.value] };
    case 'clear':
      return { ...state, items: [] };
    case 'throw':
      throw new Error('a reducer of the application');
    default:
      return state;
  }
};

export const add = (value) => ({ type: 'add', value });

export const items = ({ store }) => store.getState().items;

/** One test in one network; its windows are closed at the end, whatever came of it. */
export const inNetwork = (name, run, options) =>
  test(name, async () => {
    const network = createTestNetwork(options);
    const parleys = [];
    const open = ({ initial = { items: [] }, reduce = reducer, on, ...rest } = {}) => {
      const parley = on ?? network.createParley();
      parleys.push(parley);
      const store = new SyncedStore(parley, reduce, initial, rest);
      const view = { parley, store, heard: [], seen: [], errors: [], rejected: [] };
      store.subscribe((state, action) => {
        view.heard.push(action);
        view.seen.push(state);
      });
      parley.onSystem('system:error', (error) => view.errors.push(error));
      parley.onSystem('system:rejected', (refusal) => view.rejected.push(refusal));
      return view;
    };
    try {
      await run(network, open);
    } finally {
      for (const parley of parleys) parley.destroy();
    }
  });
