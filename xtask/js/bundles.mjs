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
