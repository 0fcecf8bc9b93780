// A real extension, in a browser of its own: content script, service worker and page, joined by extensionLink().
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import JSZip from 'jszip';
import { chromium } from 'playwright-core';
import { Builder } from 'selenium-webdriver';
import firefox from 'selenium-webdriver/firefox.js';
import { scenario } from '../lib/scenario.mjs';

const SOURCE = fileURLToPath(new URL('../extension/', import.meta.url));

/** The extension as its developer would build it. */
async function pack(folder) {
  const common = { absWorkingDir: SOURCE, bundle: true, outdir: folder, logLevel: 'error', target: 'es2022' };
  await build({ ...common, entryPoints: ['background.js', 'page.js'], format: 'esm' });
  await build({ ...common, entryPoints: ['content.js'], format: 'iife' });
  for (const file of ['manifest.json', 'page.html']) await cp(join(SOURCE, file), join(folder, file));
}

async function launch(folder) {
  const args = ['--no-sandbox', '--disable-gpu', `--disable-extensions-except=${folder}`, `--load-extension=${folder}`];
  return chromium.launchPersistentContext('', {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: false,
    args: [...args, '--headless=new', '--disable-features=DisableLoadExtensionCommandLineSwitch'],
    ignoreDefaultArgs: ['--disable-extensions'],
  });
}

const shared = (page, key, value) =>
  page.waitForFunction(
    ([key, value]) => JSON.parse(document.documentElement.dataset.shared ?? '{}')[key] === value,
    [key, value],
  );

scenario(
  'content script, service worker and page of an extension share a state, also when the worker was stopped',
  async (t) => {
    if (t.browser.name !== 'chromium') return t.note('the extension is for Chromium');
    const folder = await mkdtemp(join(tmpdir(), 'parley-extension-'));
    await pack(folder);
    const context = await launch(folder);
    try {
      const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
      const id = new URL(worker.url()).host;
      const site = await context.newPage();
      await site.goto(t.url(t.a, () => {}));
      await shared(site, 'nothing', undefined);
      const page = await context.newPage();
      await page.goto(`chrome-extension://${id}/page.html`);
      await page.waitForFunction(() => window.parley?.isConnected('background'));

      // From the content script by way of the worker to the page, and back.
      const write = (updates) =>
        site.evaluate(
          (detail) => void document.dispatchEvent(new CustomEvent('to-content', { detail })),
          JSON.stringify(updates),
        );
      await write({ question: 21 });
      await page.waitForFunction(() => state.get('answer') === 42);
      await shared(site, 'answer', 42);
      await page.evaluate(() => state.setState({ list: new Set([1]), from: 'page' }));
      await shared(site, 'from', 'page');

      const life = () =>
        page.evaluate(() => parley.send('life', undefined, { targetId: 'background' }).catch(() => ''));
      const before = await life();
      const cdp = await context.newCDPSession(page);
      await cdp.send('ServiceWorker.enable');
      await cdp.send('ServiceWorker.stopAllWorkers');
      // Both ports end; both sides connect again, which starts it anew, with what they hold.
      let now = before;
      while (now === before || now === '') now = await life();
      await write({ question: 4 });
      await page.waitForFunction(() => state.get('answer') === 8);
      t.assert.equal(await page.evaluate(() => state.get('from')), 'page');
      await shared(site, 'answer', 8);
    } finally {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
  { timeout: 60_000 },
);

/** The same for Firefox, which has a page in the background, in a file that it installs until it ends. */
async function packForFirefox(folder) {
  const common = { absWorkingDir: SOURCE, bundle: true, outdir: folder, logLevel: 'error', target: 'es2022' };
  const scripts = ['background.js', 'content.js'];
  await build({ ...common, entryPoints: scripts, format: 'iife' });
  const manifest = JSON.parse(await readFile(join(SOURCE, 'manifest.json'), 'utf8'));
  manifest.background = { scripts: ['background.js'] };
  manifest.browser_specific_settings = { gecko: { id: 'parley-sync@test.example' } };
  manifest.host_permissions = manifest.content_scripts[0].matches;
  const zip = new JSZip().file('manifest.json', JSON.stringify(manifest));
  for (const script of scripts) zip.file(script, await readFile(join(folder, script)));
  const file = join(folder, 'extension.xpi');
  await writeFile(file, await zip.generateAsync({ type: 'nodebuffer' }));
  return file;
}

scenario(
  'a content script of Firefox, whose global is not the window of its page',
  async (t) => {
    if (t.browser.name !== 'firefox') return t.note('for Firefox');
    const folder = await mkdtemp(join(tmpdir(), 'parley-extension-'));
    const options = new firefox.Options()
      .setBinary(process.env.FIREFOX ?? '/usr/bin/firefox-esr')
      .addArguments('-headless');
    const driver = await new Builder().forBrowser('firefox').setFirefoxOptions(options).build();
    try {
      await driver.installAddon(await packForFirefox(folder), true);
      await driver.get(t.url(t.a, () => {}));
      const dataset = () => driver.executeScript('return { ...document.documentElement.dataset }');
      await t.until(async () => (await dataset()).shared === '{}', 'the content script runs');
      t.assert.equal((await dataset()).global, 'false');
      const detail = JSON.stringify({ question: 21 });
      await driver.executeScript(
        `document.dispatchEvent(new CustomEvent('to-content', { detail: ${JSON.stringify(detail)} }))`,
      );
      await t.until(async () => JSON.parse((await dataset()).shared).answer === 42, 'the background page has answered');
    } finally {
      await driver.quit();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
  { timeout: 60_000 },
);
