import { createDecoder } from 'lib0/decoding';
import { createEncoder, length, toUint8Array } from 'lib0/encoding';
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync';
import { Doc } from 'yjs';

export const wires = ['channel', 'frame'];

export async function shared(wire, initial) {
  const doc = new Doc();
  const map = doc.getMap('state');
  const fill = (values) => doc.transact(() => Object.entries(values).forEach(([key, value]) => map.set(key, value)));
  fill(initial);
  provide(doc, wire.channel ? new BroadcastChannel(wire.channel) : await wire.port());
  const read = (key) => map.get(key);
  return {
    set: (key, value) => void map.set(key, value),
    fill,
    get: read,
    size: () => map.size,
    listen: (heard) => map.observe(() => heard(read)),
  };
}

/** What its providers do: updates as they are made; a newcomer says what it has, and gets the rest. */
function provide(doc, port) {
  const send = (write) => {
    const encoder = createEncoder();
    write(encoder);
    if (length(encoder) > 0) port.postMessage(toUint8Array(encoder));
  };
  port.onmessage = ({ data }) => send((encoder) => readSyncMessage(createDecoder(data), encoder, doc, port));
  doc.on('update', (update, origin) => origin !== port && send((encoder) => writeUpdate(encoder, update)));
  send((encoder) => writeSyncStep1(encoder, doc));
}
