// Parcel, with `packageExports` as its documentation asks for packages with `exports`.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../../lib/checks.mjs';
import { works } from '../../lib/pages.mjs';
import { node } from '../../lib/programs.mjs';
import { consumer, modules } from '../lib.mjs';

export async function inParcel(browser) {
  const bundle = async (fixture) => {
    const out = join(consumer, 'out', `parcel-${fixture}`);
    const flags = [
      '--no-cache',
      '--cache-dir',
      join(consumer, 'out/cache'),
      '--no-source-maps',
      '--public-url',
      './',
      '--dist-dir',
      out,
    ];
    await node([join(modules, 'parcel/lib/bin.js'), 'build', `${fixture}/index.html`, ...flags], {
      cwd: consumer,
      patience: 240_000,
    });
    return out;
  };
  await check('Parcel: the default entry, as Parcel comes', async () => {
    await works(browser, await bundle('browser'));
  });
  await check('Parcel: text merging, with packageExports', async () => {
    const manifest = {
      name: 'consumer',
      private: true,
      '@parcel/resolver-default': { packageExports: true },
    };
    await writeFile(join(consumer, 'package.json'), JSON.stringify(manifest));
    const { texts } = await works(browser, await bundle('text'));
    assert.deepEqual(texts, ['not a 😀!', 'not a 😀!', 'engine']);
  });
}
