// What the tools that check packages say of this one.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { check } from '../lib/checks.mjs';
import { installed, tarball } from '../lib/consumer.mjs';

/** Entries for `import` only: their framework is too, or they are scripts, or their start has to be awaited. */
const MODULES = ['./iife', './nanostores', './slim', './svelte', './text-iife'];

export async function lint() {
  await check('publint finds nothing', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    // The query of an edge runtime's import is part of the name, not of a file's.
    const real = messages.filter(
      ({ code, path }) => !(code === 'FILE_DOES_NOT_EXIST' && path.at(-1).endsWith('.wasm?module')),
    );
    assert.deepEqual(real, []);
  });

  await check('are-the-types-wrong finds nothing', async () => {
    const { entrypoints, problems } = await checkPackage(createPackageFromTarballData(await readFile(await tarball())));
    assert.ok(entrypoints['./react'] && entrypoints['./json-schema']);
    // Those of the wasm are files: what an import of one gives is up to the bundler.
    const real = problems.filter(({ entrypoint }) => !entrypoint.includes('.wasm'));
    const found = real.map(({ kind, entrypoint, resolutionKind }) => `${kind} ${entrypoint} ${resolutionKind}`);
    assert.deepEqual(
      found.sort(),
      MODULES.map((entry) => `CJSResolvesToESM ${entry} node16-cjs`),
    );
  });
}
