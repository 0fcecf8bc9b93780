// Bundled and unbundled, in a real browser.
import assert from 'node:assert/strict';
import { copyFile, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as esbuild from '../bundlers/esbuild.mjs';
import * as rollup from '../bundlers/rollup.mjs';
import * as vite from '../bundlers/vite.mjs';
import * as webpack from '../bundlers/webpack.mjs';
import { fromCdn } from './cdn.mjs';
import { inWorkers } from './workers.mjs';
import { check } from '../lib/checks.mjs';
import { launch, outcomeOf } from '../lib/chromium.mjs';
import { consumer, installed } from '../lib/consumer.mjs';
import { build, holds, outcomeIn, works } from '../lib/pages.mjs';

const BUNDLERS = { vite, webpack, rollup, esbuild };

/** Those that copy the wasm which the slim entry names; with the others the user places it. */
const WITH_ASSETS = ['vite', 'webpack'];

export async function inBrowsers() {
  const browser = await launch();
  try {
    for (const [name, { bundle }] of Object.entries(BUNDLERS)) {
      await check(`${name}: the default entry, with no asset, under a strict policy`, async () => {
        const out = join(consumer, 'out', name);
        await build(bundle, join(consumer, 'browser'), out);
        assert.deepEqual(await wasmIn(out), []);
        await works(browser, out, { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" });
      });
    }
    for (const [name, { bundle }] of Object.entries(BUNDLERS)) {
      await check(`${name}: text merging is in files of its own, fetched when asked for`, async () => {
        const out = join(consumer, 'out', `${name}-text`);
        await build(bundle, join(consumer, 'text'), out);
        const policy = { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" };
        await loadsText(await works(browser, out, policy), out);
      });
    }
    for (const [name, { bundle }] of Object.entries(BUNDLERS)) {
      await check(`${name}: of the wasm, only the parts of what is imported`, async () => {
        for (const [fixture, parts] of [
          ['messages', ['messages']],
          ['states', ['messages', 'states']],
        ]) {
          const out = join(consumer, 'out', `${name}-${fixture}`);
          await build(bundle, join(consumer, fixture), out);
          assert.deepEqual(await partsIn(out), parts);
          const { answer, code } = await outcomeIn(browser, out);
          assert.deepEqual([answer, code], [42, 'ERR_NO_HANDLER']);
        }
      });
    }
    await check('esbuild: RTK Query under the default enhancer of redux', async () => {
      const out = join(consumer, 'out/query');
      await build(BUNDLERS.esbuild.bundle, join(consumer, 'query'), out);
      const { query } = await works(browser, out);
      assert.deepEqual(query, { answers: [true, true], statuses: ['fulfilled', 'fulfilled'], errors: [] });
    });
    for (const name of WITH_ASSETS) {
      await check(`${name}: the slim entry fetches its wasm`, async () => {
        const out = join(consumer, 'out', `${name}-slim`);
        await build(BUNDLERS[name].bundle, join(consumer, 'slim'), out);
        assert.equal((await wasmIn(out)).length, 1);
        await works(browser, out);
      });
    }
    await check('vite: the development server', async () => {
      const server = await vite.develop(join(consumer, 'browser'));
      try {
        holds(await outcomeOf(browser, `${server.origin}/`));
      } finally {
        await server.stop();
      }
    });
    await inWorkers(browser);
    await check('webpack: JSON Schemas, with the validator installed beside the package', async () => {
      const out = join(consumer, 'out/json-schema');
      await build(webpack.bundle, join(consumer, 'json-schema'), out);
      assert.deepEqual(await outcomeIn(browser, out), { answer: 42, code: 'ERR_VALIDATION' });
    });
    await fromCdn(browser);
    await check('no bundler: an import map', async () => {
      const out = join(consumer, 'out/plain');
      await cp(join(consumer, 'browser'), out, { recursive: true });
      await cp(installed, join(out, 'pkg'), { recursive: true });
      await writeFile(join(out, 'index.html'), plainPage());
      await works(browser, out);
    });
    await check('no bundler: a classic script in a sandboxed frame', async () => {
      const out = join(consumer, 'out/script');
      await cp(join(consumer, 'script'), out, { recursive: true });
      for (const part of ['talk.js', 'edit.js']) await copyFile(join(consumer, 'browser', part), join(out, part));
      for (const script of ['parley-sync.iife.js', 'parley-sync-text.iife.js']) {
        await copyFile(join(installed, 'wasm', script), join(out, script));
      }
      const outcome = await works(browser, out, { 'access-control-allow-origin': '*' });
      assert.equal(outcome.origin, 'null');
      assert.deepEqual(outcome.texts, ['not a 😀!', 'not a 😀!']);
    });
  } finally {
    await browser.close();
  }
}

/** The page has merged text, and fetched nothing of the second wasm before it did. */
async function loadsText({ before, after, texts }, out) {
  assert.deepEqual(texts, ['not a 😀!', 'not a 😀!', 'engine']);
  const sign = await signOf('text-inline');
  const withSign = async (urls) => {
    const files = urls.map((url) => join(out, new URL(url).pathname));
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    return texts.filter((text) => text.includes(sign)).length;
  };
  assert.ok(before.length > 0);
  assert.equal(await withSign(before), 0);
  assert.equal(await withSign(after), 1);
}

/** A piece of a wasm in the package's JavaScript, by which it is known again in a bundle. */
async function signOf(file) {
  const source = await readFile(join(installed, `wasm/${file}.js`), 'utf8');
  return source.match(/text = "(.{400})/)[1].slice(-100);
}

/** The parts of the wasm that some file of a folder has. */
async function partsIn(folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const parts = [];
  for (const part of ['messages', 'states', 'stores']) {
    const sign = await signOf(`inline-${part}`);
    if (texts.some((text) => text.includes(sign))) parts.push(part);
  }
  return parts;
}

async function wasmIn(folder) {
  return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.wasm'));
}

function plainPage() {
  const imports = JSON.stringify({ imports: { 'parley-sync': './pkg/index.js' } });
  return `<!doctype html><meta charset="utf-8"><title>plain</title><link rel="icon" href="data:,">
<script type="importmap">${imports}</script><script type="module" src="./main.js"></script>\n`;
}
