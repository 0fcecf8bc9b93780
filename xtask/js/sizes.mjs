// What each entry weighs, bundled and minified as a user's build would, raw and after brotli; fails above the budget.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { built, packageDirectory } from './files.mjs';

/**
 * Kilobytes (1000 bytes) after brotli, JavaScript and wasm together: what the design aims at, and what no change may
 * exceed meanwhile. The limit follows the size down.
 */
const BUDGETS = {
  '{ Parley }': { aim: 60, limit: 90 },
  '{ Parley, SyncedState }': { aim: 90, limit: 174 },
  '{ Parley, SyncedStore }': { aim: 190, limit: 192 },
  everything: { aim: 190, limit: 198 },
  slim: { aim: 190, limit: 267 },
  text: { aim: 45, limit: 40 },
  react: { aim: 2, limit: 2 },
  inspector: { aim: 11, limit: 12 },
  links: { aim: 2, limit: 2 },
};

const kilobytes = (bytes) => (bytes / 1000).toFixed(1).padStart(7);
const weigh = (...parts) => ({
  raw: parts.reduce((sum, part) => sum + part.length, 0),
  brotli: parts.reduce((sum, part) => sum + brotliCompressSync(part).length, 0),
});

/** The entry, or a module's text, with all that it imports at once; what it imports when it needs it stands in other files. */
async function bundled(entry) {
  const isFile = entry.endsWith('.js');
  const input = isFile
    ? { entryPoints: [join(packageDirectory, entry)] }
    : { stdin: { contents: entry, resolveDir: packageDirectory } };
  const { metafile, outputFiles } = await build({
    ...input,
    external: ['react'],
    absWorkingDir: packageDirectory,
    bundle: true,
    format: 'esm',
    logLevel: 'warning',
    metafile: true,
    minify: true,
    outdir: 'out',
    splitting: true,
    write: false,
  });
  const names = Object.keys(metafile.outputs);
  const wanted = new Set([
    names.find((name) => metafile.outputs[name].entryPoint?.endsWith(isFile ? entry : '<stdin>')),
  ]);
  for (const name of wanted) {
    for (const { path, kind, external } of metafile.outputs[name].imports)
      if (kind === 'import-statement' && !external) wanted.add(path);
  }
  return Buffer.concat([...wanted].map((name) => outputFiles[names.indexOf(name)].contents));
}

/** A view in a sandbox, as one classic script: what may be loaded later stands in the same file. */
async function oneScript(entry) {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: packageDirectory },
    absWorkingDir: packageDirectory,
    bundle: true,
    format: 'iife',
    logLevel: 'warning',
    minify: true,
    write: false,
  });
  return Buffer.from(outputFiles[0].contents);
}

const wasm = await readFile(join(built, 'parley_sync_bg.wasm'));
const bytesOf = async (name) => (await import(pathToFileURL(join(built, name)))).bytes();
const sizes = {
  'wasm of messages': weigh(await bytesOf('inline-messages.js')),
  'wasm of states': weigh(await bytesOf('inline-states.js')),
  'wasm of stores': weigh(await bytesOf('inline-stores.js')),
  'wasm of conflicts': weigh(await bytesOf('inline-conflicts.js')),
  'wasm of gateways': weigh(await bytesOf('inline-gateways.js')),
  '{ Parley }': weigh(await bundled(`export { Parley } from './index.js';`)),
  '{ Parley, SyncedState }': weigh(await bundled(`export { Parley, SyncedState } from './index.js';`)),
  '{ Parley, SyncedStore }': weigh(await bundled(`export { Parley, SyncedStore } from './index.js';`)),
  everything: weigh(await bundled('index.js')),
  slim: weigh(await bundled('slim.js'), wasm),
  iife: weigh(await readFile(join(built, 'parley-sync.iife.js'))),
  'view, messages': weigh(await oneScript(`import { Parley } from './index.js'; globalThis.parley = Parley.create();`)),
  'view, states': weigh(
    await oneScript(
      `import { Parley, SyncedState } from './index.js'; globalThis.state = new SyncedState(Parley.create());`,
    ),
  ),
  'text wasm': weigh(await bytesOf('text-inline.js')),
  text: weigh(await bundled('src/text.js')),
  react: weigh(await bundled('bindings/react.js')),
  inspector: weigh(await bundled('inspector.js')),
  links: weigh(await bundled('links.js')),
};

console.log(`    ${'import'.padEnd(24)} raw kB  brotli kB    aim  limit`);
let over = false;
for (const [name, { raw, brotli }] of Object.entries(sizes)) {
  const { aim = '', limit = '' } = BUDGETS[name] ?? {};
  const tooBig = limit !== '' && brotli > limit * 1000;
  over ||= tooBig;
  const bounds = `${String(aim).padStart(5)}  ${String(limit).padStart(5)}${tooBig ? '  over' : ''}`;
  console.log(`    ${name.padEnd(24)} ${kilobytes(raw)}    ${kilobytes(brotli)}  ${bounds}`);
}
if (over && process.argv.includes('--enforce')) {
  console.error('an entry is above its limit');
  process.exitCode = 1;
}
