// The forms for those without a bundler: CommonJS for `require`, and one classic script that sets globalThis.ParleySync.
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

const commonJs = await build({
  ...common,
  entryPoints: [join(packageDirectory, 'index.js')],
  format: 'cjs',
  platform: 'node',
});
await replace(join(built, 'parley-sync.cjs'), commonJs.outputFiles[0].contents);

// The entries that stand beside the main one: over the very module that `require('parley-sync')` gives.
for (const name of ['redux']) {
  const beside = await build({
    ...common,
    entryPoints: [join(packageDirectory, `${name}.js`)],
    format: 'cjs',
    platform: 'node',
    plugins: [
      {
        name: 'one module',
        setup({ onResolve }) {
          onResolve({ filter: /\/wasm\/parley_sync\.js$/ }, () => ({ path: './parley-sync.cjs', external: true }));
        },
      },
    ],
  });
  await replace(join(built, `${name}.cjs`), beside.outputFiles[0].contents);
  const declarations = await readFile(join(packageDirectory, `${name}.d.ts`), 'utf8');
  await replace(join(built, `${name}.d.cts`), declarations.replaceAll(`'./index.js'`, `'./index.cjs'`));
}

const script = await build({
  ...common,
  stdin: {
    contents: `import * as ParleySync from './index.js'; globalThis.ParleySync = ParleySync;`,
    resolveDir: packageDirectory,
  },
  format: 'iife',
  minify: true,
});
await replace(join(built, 'parley-sync.iife.js'), script.outputFiles[0].contents);

// Declarations for `require`: the same text, under the extension by which TypeScript tells the module kind.
await replace(join(built, 'index.d.cts'), await readFile(join(packageDirectory, 'index.d.ts')));
