// node filled.mjs <keys of one write>: fills a new state, and prints what that took of the wasm's memory and of its table of
// JavaScript's values. Both only grow, so each measurement has a process of its own.
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

export const KEYS = 10_000;

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [memories, tables] = [[], []];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (...args) {
    const instance = new Instance(...args);
    for (const one of Object.values(instance.exports)) {
      if (one instanceof WebAssembly.Memory) memories.push(one);
      if (one instanceof WebAssembly.Table) tables.push(one);
    }
    return instance;
  };
  const { createTestNetwork, SyncedState } = await import('../../pkg/index.js');
  const network = createTestNetwork();
  const state = new SyncedState(network.createParley(), {}, { name: 'filled' });
  await state.setState({ first: 1 });
  // Messages and states share one memory: the only one that has grown when the state is filled.
  const taken = () => ({
    bytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    values: tables.reduce((sum, { length }) => sum + length, 0),
  });
  const before = taken();
  const step = Number(process.argv[2]);
  for (let from = 0; from < KEYS; from += step) {
    await state.setState(Object.fromEntries(Array.from({ length: step }, (_, i) => [`key-${from + i}`, from + i])));
  }
  const after = taken();
  assert.equal(Object.keys(state.getState()).length, KEYS + 1);
  console.log(JSON.stringify({ bytes: after.bytes - before.bytes, values: after.values - before.values }));
}
