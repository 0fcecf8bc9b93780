// What a restricted peer that writes keys it may not costs its host: node --expose-gc bench/restricted-memory.mjs
// The peer lives in a worker, so that only what the host keeps is measured: its JavaScript heap and its wasm memory.
import { getHeapStatistics } from 'node:v8';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const KEYS = Number(process.env.KEYS ?? 50_000);
const [EACH, PAUSE] = [500, 2];
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function (...args) {
  const instance = new Instance(...args);
  memories.push(instance.exports.memory);
  return instance;
};
const { Parley, SyncedState } = await import('../pkg/index.js');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (isMainThread) {
  const host = Parley.create({ instanceId: 'host', logLevel: 'none' });
  const state = new SyncedState(host, { open: 0, secret: 1 }, { name: 's' });
  await state.ready;
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL(import.meta.url), { workerData: { port: port2 }, transferList: [port2] });
  const said = (what) => new Promise((resolve) => worker.on('message', (message) => message === what && resolve()));
  const ready = said('ready');
  await host.connect(port1, 'guest', { grants: { read: ['s.open'], write: ['s.open'] } });
  await ready;
  const measure = () => {
    globalThis.gc?.();
    globalThis.gc?.();
    const wasm = memories.reduce((sum, memory) => sum + (memory?.buffer.byteLength ?? 0), 0);
    return { heap: getHeapStatistics().used_heap_size / 1e6, wasm: wasm / 1e6 };
  };
  const before = measure();
  const done = said('done');
  worker.postMessage('write');
  await done;
  await pause(500);
  const after = measure();
  const [heap, wasm] = [after.heap - before.heap, after.wasm - before.wasm];
  console.log(`${KEYS} denied keys: ${heap.toFixed(1)} MB of heap, ${wasm.toFixed(1)} MB of wasm`);
  host.destroy();
  await worker.terminate();
  process.exit();
} else {
  const guest = Parley.create({ instanceId: 'guest', logLevel: 'none' });
  const state = new SyncedState(guest, {}, { name: 's' });
  await guest.connect(workerData.port, 'host');
  await state.ready;
  parentPort.postMessage('ready');
  parentPort.once('message', async () => {
    for (let at = 0; at < KEYS; at += EACH) {
      const updates = {};
      for (let nth = at; nth < at + EACH; nth++) updates[`a denied key ${nth}`] = { nth, text: 'what it holds' };
      await state.setState(updates).catch(() => {});
      await pause(PAUSE);
    }
    // The host has denied all of it.
    while (Object.keys(state.getState()).length > 1) await pause(20);
    parentPort.postMessage('done');
  });
}
