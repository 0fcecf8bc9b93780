// For Preact's signals (@preact/signals-core, which @preact/signals and @preact/signals-react build on).
import { Signal, signal } from '@preact/signals-core';
import { write } from './common.js';

const { get: read, set: assign } = Object.getOwnPropertyDescriptor(Signal.prototype, 'value');

/** A signal that follows its source while somebody watches it, and looks once more whenever it is read unwatched. */
const following = (get, listen) => {
  let off;
  const refresh = () => assign.call(value, get());
  const value = signal(get(), {
    watched() {
      off = listen(refresh);
      refresh();
    },
    unwatched() {
      off();
      off = undefined;
    },
  });
  return { value, look: () => off === undefined && refresh() };
};

const exposed = ({ value, look }, set) => {
  const peek = value.peek.bind(value);
  Object.defineProperties(value, {
    value: {
      get() {
        look();
        return read.call(value);
      },
      set,
    },
    peek: {
      value() {
        look();
        return peek();
      },
    },
  });
  return value;
};

export const syncedSignal = (state, key) =>
  exposed(
    following(
      () => state.get(key),
      (changed) => state.subscribeKey(key, () => changed()),
    ),
    (next) => {
      write(state, key, () => next).catch((error) => console.error(error));
    },
  );

export const stateSignal = (state) =>
  exposed(
    following(
      () => state.getState(),
      (changed) => state.subscribe(() => changed()),
    ),
  );

export const storeSignal = (store) =>
  exposed(
    following(
      () => store.getState(),
      (changed) => store.subscribe(() => changed()),
    ),
  );
