// The forms for those without a bundler: CommonJS for `require`; modules that take few requests, for import maps; and classic scripts, of
// which the first sets globalThis.ParleySync.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { built, packageDirectory, replace } from './files.mjs';

const { version, license } = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8'));
const banner = `/*! parley-sync ${version} | ${license} */`;
const common = {
  bundle: true,
  banner: { js: banner },
  legalComments: 'none',
  logLevel: 'warning',
  target: 'es2022',
  write: false,
};

/** Takes modules whose path ends so from elsewhere: from another file beside the bundle, or from the text given. */
const instead = (ends) => ({
  name: 'instead',
  setup({ onLoad, onResolve }) {
    for (const [end, { file, text }] of Object.entries(ends)) {
      onResolve({ filter: new RegExp(`${end.replaceAll('.', '\\.')}$`) }, ({ path }) =>
        file ? { path: file, external: true } : { path, namespace: 'instead', pluginData: text },
      );
    }
    onLoad({ filter: /.*/, namespace: 'instead' }, ({ pluginData }) => ({ contents: pluginData }));
  },
});

/** Bundles the entry, a file of the package or the text of a module, into a file of `wasm/`. */
async function bundle(name, entry, options) {
  const input = entry.endsWith('.js')
    ? { entryPoints: [join(packageDirectory, entry)] }
    : { stdin: { contents: entry, resolveDir: packageDirectory } };
  const { outputFiles } = await build({ ...common, ...input, ...options });
  await replace(join(built, name), outputFiles[0].contents);
}

// What there is only once stands in a file of its own, which the others require: the wasm, and the engine for text.
const commonJs = { format: 'cjs', platform: 'node' };
const main = { '/wasm/parley_sync.js': { file: './parley-sync.cjs' } };
const engine = { '/text-engine.js': { file: './text-engine.cjs' } };
const text = { '/text.js': { file: './text.cjs' } };
// Who requires the package has its parts at once: nothing is saved by loading one later.
const whole = `import './src/inline-gateways.js';
export * from './index.js';`;
await bundle('parley-sync.cjs', whole, { ...commonJs, plugins: [instead(engine)] });
const required = { '/src/inline-gateways.js': main['/wasm/parley_sync.js'], '/index.js': main['/wasm/parley_sync.js'] };
await bundle('full.cjs', 'full.js', {
  ...commonJs,
  plugins: [instead({ ...required, ...text })],
});
// Its errors are those of the main entry, so that `instanceof ParleyError` holds.
const errors = { '/host/errors.js': main['/wasm/parley_sync.js'] };
// Its classes are ready for their first use.
const started = {
  '/src/inline-states.js': { text: 'export const withStates = (exported) => exported;' },
  '/src/inline-stores.js': { text: 'export const withStores = (exported) => exported;' },
};
await bundle('redux.cjs', 'redux.js', { ...commonJs, plugins: [instead({ ...main, ...errors, ...started })] });
await bundle('text.cjs', 'src/text.js', { ...commonJs, plugins: [instead(engine)] });
await bundle('text-engine.cjs', 'src/text-engine.js', { ...commonJs, plugins: [instead(text)] });
await bundle('json-schema.cjs', 'json-schema.js', { ...commonJs, packages: 'external' });
await bundle('inspector.cjs', 'inspector.js', { ...commonJs, plugins: [instead(errors)] });
await bundle('links.cjs', 'links.js', { ...commonJs, plugins: [instead(errors)] });

// The bindings that have a framework which can be required; they take the package from beside them, and the framework from the user.
const REQUIRED = [
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
];
for (const name of REQUIRED) {
  const plugins = [instead({ '/src/api.js': { file: './parley-sync.cjs' }, ...started })];
  await bundle(`${name}.cjs`, `bindings/${name}.js`, { ...commonJs, packages: 'external', plugins });
  const declarations = await readFile(join(packageDirectory, `bindings/${name}.d.ts`), 'utf8');
  const required = declarations.replaceAll(/'\.\.\/(index|text)\.js'/g, `'./$1.cjs'`);
  await replace(join(built, `${name}.d.cts`), required);
}

// For import maps: each entry is one file. They share the main one, which asks for the parts of the wasm that the others have too.
const module = { format: 'esm', minify: true };
const beside = (path) => ({ file: `../${path}` });
const inlined = Object.fromEntries(
  [
    'inline-messages',
    'inline-states',
    'inline-stores',
    'inline-conflicts',
    'inline-gateways',
    'text-inline',
    'unpack',
  ].map((name) => [`/wasm/${name}.js`, beside(`${name}.js`)]),
);
const hub = { '/wasm/parley_sync.js': { file: './index.js' }, '/host/errors.js': { file: './index.js' } };
const one = { '/text-engine.js': { file: './text-engine.js' } };
await bundle('cdn/index.js', 'index.js', { ...module, plugins: [instead({ ...inlined, ...one })] });
// Without what merging needs: the state loads that from its own file, which others could not share.
await bundle('cdn/text.js', 'src/text.js', { ...module, plugins: [instead({ ...inlined, ...one })] });
await bundle('cdn/text-engine.js', 'src/text-engine.js', {
  ...module,
  plugins: [instead({ '/text.js': { file: './text.js' } })],
});
await bundle('cdn/redux.js', 'redux.js', { ...module, plugins: [instead({ ...hub, ...started })] });
await bundle('cdn/json-schema.js', 'json-schema.js', { ...module, packages: 'external' });
await bundle('cdn/inspector.js', 'inspector.js', { ...module, plugins: [instead(hub)] });
await bundle('cdn/links.js', 'links.js', { ...module, plugins: [instead(hub)] });
for (const name of [...REQUIRED, 'nanostores', 'svelte']) {
  const plugins = [instead({ '/src/api.js': { file: './index.js' }, ...started })];
  await bundle(`cdn/${name}.js`, `bindings/${name}.js`, { ...module, packages: 'external', plugins });
}

// The first script finds the second beside itself when it needs it. By its own address: to a page of opaque origin a
// relative one says nothing. A page that may not import modules has both.
const script = { format: 'iife', minify: true };
const first = `import './src/inline-gateways.js';
import * as ParleySync from './index.js';
import { loadBy, provide } from './src/text-engine.js';
const own = globalThis.document?.currentScript?.src;
if (own) loadBy(() => import(new URL('parley-sync-text.iife.js', own)));
globalThis.ParleySync = Object.defineProperty({ ...ParleySync }, 'provideText', { value: provide });`;
await bundle('parley-sync.iife.js', first, {
  ...script,
  plugins: [instead({ '/text.js': { file: './parley-sync-text.iife.js' } })],
});
const provide = `export const provide = (engine) => {
  if (!globalThis.ParleySync) throw new Error('parley-sync-text.iife.js comes after parley-sync.iife.js');
  globalThis.ParleySync.provideText(engine);
};`;
await bundle('parley-sync-text.iife.js', 'src/text.js', {
  ...script,
  plugins: [instead({ '/text-engine.js': { text: provide } })],
});

// Declarations for `require`: the same text, under the extension by which TypeScript tells the module kind.
for (const name of ['full', 'index', 'inspector', 'json-schema', 'links', 'redux', 'text']) {
  const declarations = await readFile(join(packageDirectory, `${name}.d.ts`), 'utf8');
  await replace(join(built, `${name}.d.cts`), declarations.replaceAll(`'./index.js'`, `'./index.cjs'`));
}
