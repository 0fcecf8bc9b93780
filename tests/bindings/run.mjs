// node tests/bindings/run.mjs [name]: each page of pages/ with its real framework, bundled, in headless Chromium.
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { check, close } from '../package/lib/checks.mjs';
import { node } from '../package/lib/programs.mjs';
import { launch, outcomeOf, serve } from '../package/lib/chromium.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(here, 'out');
const [only = ''] = process.argv.slice(2);

/** The package under test, as a user's project would have it installed. */
async function link() {
  const place = join(here, 'node_modules/parley-sync');
  await rm(place, { recursive: true, force: true });
  await symlink(join(here, '../../pkg'), place, 'junction');
}

/** Components of Svelte, compiled as its own plugins do. */
const svelte = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { compile } = await import('svelte/compiler');
      const { js } = compile(await readFile(path, 'utf8'), { filename: path, generate: 'client' });
      return { contents: js.code };
    });
  },
};

async function bundle(page) {
  await build({
    entryPoints: [join(here, 'pages', page)],
    outdir: out,
    bundle: true,
    format: 'esm',
    splitting: true,
    conditions: ['svelte', 'browser'],
    define: {
      'process.env.NODE_ENV': '"development"',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true',
    },
    // The package's peers are those of this project.
    preserveSymlinks: true,
    plugins: [svelte],
    logLevel: 'warning',
  });
  const name = basename(page, '.mjs');
  const html = `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,"><body><script type="module" src="./${name}.js"></script>\n`;
  await writeFile(join(out, `${name}.html`), html);
  return name;
}

await link();
await rm(out, { recursive: true, force: true });
await mkdir(out);
const pages = (await readdir(join(here, 'pages'))).filter((page) => page.endsWith('.mjs') && page.includes(only));
await check('TypeScript: what compiles, and what must not', () =>
  node([join(here, '../../node_modules/.bin/tsc'), '--project', here]),
);
await check('require: each binding with its framework', () =>
  node(['--preserve-symlinks', '--preserve-symlinks-main', 'require.cjs'], { cwd: here }),
);
const browser = await launch();
const server = await serve(out);
try {
  for (const page of pages.sort()) {
    let results = [];
    await check(`${basename(page, '.mjs')}: the page runs`, async () => {
      const name = await bundle(page);
      ({ results } = await outcomeOf(browser, `${server.origin}/${name}.html`));
      if (results.length === 0) throw new Error('it ran no test');
    });
    for (const { name, error } of results) {
      await check(`${basename(page, '.mjs')}: ${name}`, () => {
        if (error) throw new Error(error);
      });
    }
  }
} finally {
  server.stop();
  await browser.close();
}
close();
