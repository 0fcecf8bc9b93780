import { getUniqueId } from 'tinybase/common';
import { createMergeableStore } from 'tinybase/mergeable-store';
import { createCustomSynchronizer } from 'tinybase/synchronizers';
import { createBroadcastChannelSynchronizer } from 'tinybase/synchronizers/synchronizer-broadcast-channel';

export const wires = ['channel', 'frame'];

export async function shared(wire, initial) {
  const store = createMergeableStore();
  store.setValues(initial);
  const synchronizer = wire.channel
    ? createBroadcastChannelSynchronizer(store, wire.channel)
    : overPort(store, await wire.port());
  load(store, synchronizer);
  const read = (key) => store.getValue(key);
  return {
    set: (key, value) => void store.setValue(key, value),
    fill: (values) => void store.setPartialValues(values),
    get: read,
    size: () => store.getValueIds().length,
    listen: (heard) => store.addValuesListener(() => heard(read)),
  };
}

/** A question is given up after a second; on a busy machine the answer may take longer. The store is usable meanwhile. */
async function load(store, synchronizer) {
  await synchronizer.startSync();
  while (store.getValueIds().length === 0) await synchronizer.load();
}

function overPort(store, port) {
  const own = getUniqueId();
  return createCustomSynchronizer(
    store,
    (to, request, message, body) => port.postMessage([own, request, message, body]),
    (receive) => void (port.onmessage = ({ data }) => receive(...data)),
    () => port.close(),
    1,
  );
}
