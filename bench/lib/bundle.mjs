// Each contender as a user's build would leave it: bundled and minified by esbuild, once, in memory.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const { build } = createRequire(new URL('../../package.json', import.meta.url))('esbuild');
const here = fileURLToPath(new URL('..', import.meta.url));
const pkg = fileURLToPath(new URL('../../pkg', import.meta.url));

/**
 * Bundles the text of a module. `files` are `/<name>.js` and what it loads, by path; `eager` is the module and what it imports at
 * once: what is loaded on demand stands in files of its own.
 */
export async function bundle(name, contents) {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: here },
    absWorkingDir: here,
    alias: {
      'parley-sync': `${pkg}/index.js`,
      // Its package.json exports a file that is not in the package.
      'ignite-parleyjs': `${here}node_modules/ignite-parleyjs/dist/index.js`,
    },
    bundle: true,
    conditions: ['production'],
    define: { 'process.env.NODE_ENV': '"production"' },
    entryNames: name,
    format: 'esm',
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    minify: true,
    outdir: 'out',
    platform: 'browser',
    splitting: true,
    target: 'es2022',
    write: false,
  });
  const contentsOf = (path) => Buffer.from(outputFiles[Object.keys(metafile.outputs).indexOf(path)].contents);
  const wanted = new Set([`out/${name}.js`]);
  for (const path of wanted) {
    for (const { path: imported, kind } of metafile.outputs[path].imports)
      if (kind === 'import-statement') wanted.add(imported);
  }
  return {
    files: Object.keys(metafile.outputs).map((path) => [`/${basename(path)}`, contentsOf(path)]),
    eager: [...wanted].map(contentsOf),
  };
}

/** For each contender `/<id>.js`, the adapter with the runtime of the harness, and `/<id>.only.js`, the adapter alone. */
export async function bundles(contenders) {
  const files = new Map([['/loro.wasm', await loroWasm()]]);
  for (const { id } of contenders) {
    const adapter = `./adapters/${id}.js`;
    const played = `import * as adapter from '${adapter}'; import { install } from './page/runtime.js'; install(adapter);`;
    for (const { files: built } of [
      await bundle(id, played),
      await bundle(`${id}.only`, `export * from '${adapter}';`),
    ]) {
      for (const [path, contents] of built) files.set(path, contents);
    }
  }
  return files;
}

export const loroWasm = () => readFile(new URL('../node_modules/loro-crdt/web/loro_wasm_bg.wasm', import.meta.url));

/** Whether the wasm of the package is the one for users: wasm-opt takes the names of functions away. */
export async function isOptimised() {
  const wasm = await readFile(`${pkg}/wasm/parley_sync_bg.wasm`);
  return WebAssembly.Module.customSections(await WebAssembly.compile(wasm), 'name').length === 0;
}
