// The lines for a CDN in docs/bundlers.md, as a user copies them: the package stands in for the CDN.
import assert from 'node:assert/strict';
import { cp, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../lib/checks.mjs';
import { outcomeOf, serve } from '../lib/chromium.mjs';
import { consumer, installed } from '../lib/consumer.mjs';
import { holds } from '../lib/pages.mjs';

/** The HTML below a heading of the page. */
async function linesBelow(heading) {
  const page = await readFile(join(installed, 'docs/bundlers.md'), 'utf8');
  const [, lines] = new RegExp(`\n## ${heading}\n[\\s\\S]*?\`\`\`html\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  assert.ok(lines, `docs/bundlers.md has no HTML below '${heading}'`);
  return lines;
}

/**
 * Serves the page, and the package by the CDN's address, and has `look` look at it; returns what that finds, and the files that were
 * fetched. One file may be spoilt.
 */
async function open(browser, name, body, { look = outcomeOf, spoilt } = {}) {
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  const out = join(consumer, 'out', name);
  await mkdir(out, { recursive: true });
  for (const part of ['talk.js', 'edit.js']) await copyFile(join(consumer, 'browser', part), join(out, part));
  await cp(join(consumer, 'cdn'), out, { recursive: true });
  const head = '<!doctype html><meta charset="utf-8"><title>CDN</title><link rel="icon" href="data:,">';
  await writeFile(join(out, 'index.html'), `${head}\n${body}\n`);

  const address = `https://cdn.jsdelivr.net/npm/parley-sync@${version}/`;
  const context = await browser.newContext();
  const fetched = [];
  await context.route('https://cdn.jsdelivr.net/**', async (route) => {
    const url = route.request().url();
    if (!url.startsWith(address)) return route.fulfill({ status: 404 });
    const path = url.slice(address.length);
    fetched.push(path);
    const bytes = await readFile(join(installed, path));
    return route.fulfill({
      body: path === spoilt ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes,
      headers: { 'access-control-allow-origin': '*', 'content-type': 'text/javascript; charset=utf-8' },
    });
  });
  const server = await serve(out);
  try {
    return { outcome: await look(context, `${server.origin}/`), fetched };
  } finally {
    server.stop();
    await context.close();
  }
}

const MAIN = '<script type="module" src="./main.js"></script>';
const CLASSIC = '<script type="module" src="./classic.js"></script>';

export async function fromCdn(browser) {
  /** Waits until the browser refuses a file for its hash. */
  const refusal = async (context, url) => {
    const page = await context.newPage();
    const said = page.waitForEvent('console', (message) => /integrity/.test(message.text()));
    await page.goto(url);
    return (await said).text();
  };

  await check(
    'CDN, an import map: six requests, one more for merging, two for text, all with the hashes of the documentation',
    async () => {
      const lines = await linesBelow('Without a bundler: an import map');
      const { outcome, fetched } = await open(browser, 'cdn-map', lines + MAIN);
      holds(outcome);
      assert.deepEqual(outcome.texts, ['not a 😀!', 'not a 😀!']);
      assert.equal(outcome.before, 6);
      assert.equal(fetched.length, 9);
      const { integrity } = JSON.parse(/<script type="importmap">([\s\S]*?)<\/script>/.exec(lines)[1]);
      const named = Object.keys(integrity).map((url) => url.replace(/^.*parley-sync@[\d.]+\//, ''));
      // The page has no restricted peer: nothing is fetched for one.
      const late = 'wasm/inline-gateways.js';
      assert.deepEqual(named.sort(), [...new Set(fetched), late].sort());
      for (const file of ['wasm/cdn/index.js', 'wasm/inline-states.js'])
        assert.match(
          (await open(browser, 'cdn-map', lines + MAIN, { look: refusal, spoilt: file })).outcome,
          /integrity/,
        );
    },
  );

  await check('CDN, a script tag: one request, one more for text, with the hash of the documentation', async () => {
    const lines = await linesBelow('A script tag');
    const { outcome, fetched } = await open(browser, 'cdn-script', lines + CLASSIC);
    holds(outcome);
    assert.deepEqual(outcome.texts, ['not a 😀!', 'not a 😀!']);
    assert.deepEqual(fetched, ['wasm/parley-sync.iife.js', 'wasm/parley-sync-text.iife.js']);
    const first = { look: refusal, spoilt: 'wasm/parley-sync.iife.js' };
    assert.match((await open(browser, 'cdn-script', lines + CLASSIC, first)).outcome, /integrity/);
  });

  await check('CDN: the entries of wasm/cdn share one copy of the package', async () => {
    const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const at = (file) => `https://cdn.jsdelivr.net/npm/parley-sync@${version}/wasm/cdn/${file}.js`;
    const names = ['text', 'redux', 'zustand'];
    const imports = Object.fromEntries(names.map((name) => [`parley-sync/${name}`, at(name)]));
    imports['parley-sync'] = at('index');
    const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
    const { outcome } = await open(browser, 'cdn-entries', `${map}<script type="module" src="./entries.js"></script>`);
    assert.deepEqual(outcome, { synced: 1, reduced: 3, text: 'engine', store: 'function' });
  });
}
