import { shared as share } from 'use-broadcast-ts';
import { createStore } from 'zustand/vanilla';

export const wires = ['channel'];

export async function shared({ channel }, initial) {
  let store;
  const ready = new Promise((onBecomeMain) => {
    store = createStore(share(() => initial, { name: channel, onBecomeMain }));
  });
  return {
    ready,
    set: (key, value) => store.setState({ [key]: value }),
    fill: (values) => store.setState(values),
    get: (key) => store.getState()[key],
    size: () => Object.keys(store.getState()).length,
    listen: (heard) => store.subscribe((now) => heard((key) => now[key])),
  };
}
