// node memory-taken.mjs filled <keys of one write>: fills a new state; node memory-taken.mjs destroyed: makes and destroys states.
// Prints what that took of the wasm's memory and of its table of JavaScript's values. Both only grow, so each measurement has
// a process of its own.
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

export const KEYS = 10_000;
export const STATES = 10_000;

const keys = (from, count) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${from + i}`, from + i]));

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
  if (process.argv[2] === 'filled') {
    const step = Number(process.argv[3]);
    for (let from = 0; from < KEYS; from += step) await state.setState(keys(from, step));
    assert.equal(Object.keys(state.getState()).length, KEYS + 1);
  } else {
    const parley = network.createParley();
    for (let i = 0; i < STATES; i++) {
      const made = new SyncedState(parley, keys(0, 20), { name: `made-${i}` });
      void made.setState({ written: i });
      made.destroy();
      assert.equal(made.getState().written, i);
      // What was made in one task is not collected before it ends.
      if (i % 100 === 0) await new Promise((done) => setTimeout(done));
    }
  }
  const after = taken();
  console.log(JSON.stringify({ bytes: after.bytes - before.bytes, values: after.values - before.values }));
}
