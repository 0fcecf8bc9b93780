// Workers of three kinds, bundled: a dedicated and a shared one by their `new URL`, a service worker as an entry of its own.
import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import * as vite from '../bundlers/vite.mjs';
import * as webpack from '../bundlers/webpack.mjs';
import { check } from '../lib/checks.mjs';
import { consumer, installed } from '../lib/consumer.mjs';
import { build, outcomeIn } from '../lib/pages.mjs';

const WRITTEN = { dedicated: 'here', shared: 'here', service: 'here', page: 'here' };
const HEARD = ['dedicated has here', 'shared has here'];

export async function inWorkers(browser) {
  const folder = join(consumer, 'workers');
  for (const [name, { bundle }] of Object.entries({ vite, webpack })) {
    await check(`${name}: a page and workers of three kinds share a state`, async () => {
      const out = join(consumer, 'out', `${name}-workers`);
      await build(bundle, folder, out);
      await esbuild({
        entryPoints: [join(folder, 'service.js')],
        bundle: true,
        format: 'esm',
        outdir: out,
        logLevel: 'error',
      });
      await agree(browser, out);
    });
  }
  await check('no bundler: classic workers of three kinds with the classic script', async () => {
    const out = join(consumer, 'out/classic-workers');
    await cp(join(consumer, 'classic-workers'), out, { recursive: true });
    await cp(join(installed, 'wasm/parley-sync.iife.js'), join(out, 'parley-sync.iife.js'));
    await agree(browser, out);
  });
}

/** In a context of its own: a service worker stays for its origin. */
async function agree(browser, out) {
  const context = await browser.newContext();
  try {
    const { error, written, heard } = await outcomeIn(context, out);
    assert.equal(error, undefined, error);
    assert.deepEqual(written, WRITTEN);
    assert.deepEqual(heard, HEARD);
  } finally {
    await context.close();
  }
}
