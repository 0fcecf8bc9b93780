// The versions of Vite that projects use today, beside the one of the quick checks.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { bundlerOf } from '../../bundlers/vite.mjs';
import { check } from '../../lib/checks.mjs';
import { outcomeOf } from '../../lib/chromium.mjs';
import { holds, works } from '../../lib/pages.mjs';
import { consumer } from '../lib.mjs';

const POLICY = { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" };

export async function inVites(browser) {
  for (const name of ['vite5', 'vite6', 'vite8']) {
    const { bundle, develop } = bundlerOf(await import(name));
    await check(`${name}: the default entry, under a strict policy`, async () => {
      const out = join(consumer, 'out', name);
      await bundle(join(consumer, 'browser'), out);
      await works(browser, out, POLICY);
    });
    await check(`${name}: text merging`, async () => {
      const out = join(consumer, 'out', `${name}-text`);
      await bundle(join(consumer, 'text'), out);
      const { texts } = await works(browser, out, POLICY);
      assert.deepEqual(texts, ['not a 😀!', 'not a 😀!', 'engine']);
    });
    await check(`${name}: the slim entry fetches its wasm`, async () => {
      const out = join(consumer, 'out', `${name}-slim`);
      await bundle(join(consumer, 'slim'), out);
      await works(browser, out);
    });
    await check(`${name}: the development server`, async () => {
      const server = await develop(join(consumer, 'text'));
      try {
        holds(await outcomeOf(browser, `${server.origin}/`));
      } finally {
        await server.stop();
      }
    });
  }
}
