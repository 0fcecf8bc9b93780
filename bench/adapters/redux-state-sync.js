import { applyMiddleware, createStore } from 'redux';
import { createStateSyncMiddleware, initStateWithPrevTab, withReduxStateSync } from 'redux-state-sync';

export const wires = ['channel'];

const reducer = (state, action) => {
  if (action.type === 'set') return { ...state, [action.key]: action.value };
  return action.type === 'fill' ? { ...state, ...action.values } : state;
};

export async function shared({ channel }, initial) {
  const store = createStore(
    withReduxStateSync(reducer),
    initial,
    applyMiddleware(createStateSyncMiddleware({ channel })),
  );
  initStateWithPrevTab(store);
  const read = (key) => store.getState()[key];
  return {
    set: (key, value) => void store.dispatch({ type: 'set', key, value }),
    fill: (values) => void store.dispatch({ type: 'fill', values }),
    get: read,
    size: () => Object.keys(store.getState()).length,
    listen: (heard) => store.subscribe(() => heard(read)),
  };
}
