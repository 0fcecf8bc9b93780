// Each binding for `require`, with the package and the framework that `require` finds.
const assert = require('node:assert/strict');
const { createTestNetwork } = require('parley-sync');

for (const name of [
  'codemirror',
  'comlink',
  'jotai',
  'pinia',
  'react',
  'signals',
  'solid',
  'textarea',
  'vue',
  'yjs',
  'zustand',
]) {
  const exported = Object.values(require(`parley-sync/${name}`));
  assert.ok(exported.length > 0 && exported.every((one) => typeof one === 'function'), name);
}

// They share one instance of the package.
const { createStore } = require('zustand/vanilla');
const { synced } = require('parley-sync/zustand');
const parley = createTestNetwork().createParley();
const store = createStore(synced(() => ({ n: 1 }), { parley }));
assert.equal(store.synced.getState().n, 1);
parley.destroy();
