// The wasm is in parts, and each is compiled when something of it is first used.
import assert from 'node:assert/strict';
import test from 'node:test';

test('an import compiles nothing; messages, states and stores are compiled when they are first used', async (t) => {
  let compiled = 0;
  const { Module } = WebAssembly;
  WebAssembly.Module = class extends Module {
    constructor(bytes) {
      super(bytes);
      // Not what unpacks the parts.
      if (bytes.length > 10_000) compiled++;
    }
  };
  t.after(() => (WebAssembly.Module = Module));
  const { Parley, SyncedState, SyncedStore, createTestNetwork } = await import('../../pkg/index.js');
  const network = createTestNetwork();
  assert.equal(compiled, 0);

  const [one, two] = [network.createParley(), network.createParley()];
  two.on('double', (n) => n * 2);
  await network.settle();
  assert.equal(await one.send('double', 4), 8);
  assert.equal(compiled, 1);

  const states = [one, two].map((parley) => new SyncedState(parley, { n: 0 }, { name: 'state' }));
  await states[0].setState({ n: 1 });
  await network.settle();
  assert.equal(states[1].get('n'), 1);
  assert.equal(compiled, 2);

  const count = (n = 0, { type }) => (type === 'add' ? n + 1 : n);
  const stores = [one, two].map((parley) => new SyncedStore(parley, count, 0, { name: 'store' }));
  await stores[0].dispatch({ type: 'add' });
  await network.settle();
  assert.equal(stores[1].getState(), 1);
  assert.equal(compiled, 3);

  for (const parley of [one, two]) parley.destroy();
  Parley.create({ allowedOrigins: [] }).destroy();
  assert.equal(compiled, 3);
});
