import init, { LoroDoc, VersionVector } from 'loro-crdt/web';

export const wires = ['channel', 'frame'];

export async function shared(wire, initial) {
  await init({ module_or_path: new URL('/loro.wasm', location.href) });
  const doc = new LoroDoc();
  const map = doc.getMap('state');
  const fill = (values) => {
    for (const [key, value] of Object.entries(values)) map.set(key, value);
    doc.commit();
  };
  fill(initial);
  const port = wire.channel ? new BroadcastChannel(wire.channel) : await wire.port();
  port.onmessage = ({ data }) => {
    if (data.update) return doc.import(data.update);
    const from = VersionVector.decode(data.version);
    port.postMessage({ update: doc.export({ mode: 'update', from }) });
  };
  doc.subscribeLocalUpdates((update) => port.postMessage({ update }));
  port.postMessage({ version: doc.oplogVersion().encode() });
  const read = (key) => map.get(key);
  return {
    set(key, value) {
      map.set(key, value);
      doc.commit();
    },
    fill,
    get: read,
    size: () => map.size,
    listen: (heard) => doc.subscribe(() => heard(read)),
  };
}
