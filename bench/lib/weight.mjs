// What an import weighs: bundled and minified as a user's build would, after brotli; wasm that is fetched beside it included.
import { brotliCompressSync } from 'node:zlib';
import { bundle, loroWasm } from './bundle.mjs';

const IMPORTS = [
  { id: 'parley', import: '{ Parley }', code: `export { Parley } from 'parley-sync'` },
  { id: 'parley', import: '{ Parley, SyncedState }', code: `export { Parley, SyncedState } from 'parley-sync'` },
  { id: 'parley', import: 'everything', code: `export * from 'parley-sync'` },
  { id: 'penpal', import: '{ connect, WindowMessenger }', code: `export { connect, WindowMessenger } from 'penpal'` },
  {
    id: 'comlink',
    import: '{ expose, wrap, windowEndpoint }',
    code: `export { expose, wrap, windowEndpoint } from 'comlink'`,
  },
  { id: 'parleyjs', import: '{ Parley }', code: `export { Parley } from 'ignite-parleyjs'` },
  {
    id: 'redux-state-sync',
    import: 'with Redux',
    code: `export * from 'redux-state-sync'; export { createStore, applyMiddleware } from 'redux'`,
  },
  {
    id: 'use-broadcast',
    import: '{ shared }, with Zustand',
    code: `export { shared } from 'use-broadcast-ts'; export { createStore } from 'zustand/vanilla'`,
  },
  {
    id: 'tinybase',
    import: 'mergeable store, BroadcastChannel',
    code: `export { createMergeableStore } from 'tinybase/mergeable-store';
      export * from 'tinybase/synchronizers/synchronizer-broadcast-channel'`,
  },
  {
    id: 'yjs',
    import: '{ Doc }, with y-protocols',
    code: `export { Doc } from 'yjs'; export * from 'y-protocols/sync'`,
  },
  { id: 'loro', import: '{ LoroDoc }', code: `export { default, LoroDoc } from 'loro-crdt/web'`, wasm: loroWasm },
];

/** Kilobytes of 1,000 bytes for each import of these contenders. */
export async function weights(contenders) {
  const chosen = IMPORTS.filter(({ id }) => contenders.some((one) => one.id === id));
  return Promise.all(
    chosen.map(async ({ id, import: what, code, wasm }) => {
      const parts = [...(await bundle('weighed', code)).eager, ...(wasm ? [await wasm()] : [])];
      const bytes = parts.reduce((sum, part) => sum + brotliCompressSync(part).length, 0);
      return { id, import: what, kB: bytes / 1000 };
    }),
  );
}
