// Chromium started by hand and driven over CDP: Playwright's own launch would switch off the back/forward cache,
// storage partitioning, timer throttling and popup blocking, which are part of what is tested.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { GoneError, remoteCall, remoteResult } from '../lib/remote.mjs';
import { View } from '../lib/view.mjs';

const BINARY = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--remote-debugging-port=0',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page may ask for its garbage to be collected: gc().
  '--js-flags=--expose-gc',
];
const GONE =
  /context was destroyed|detached|has been closed|navigat|Cannot find context|Target closed|crash|Session closed/i;

export async function launch({ headed = false } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'parley-e2e-chromium-'));
  const args = [...FLAGS, `--user-data-dir=${profile}`, ...(headed ? [] : ['--headless=new']), 'about:blank'];
  const child = spawn(BINARY, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const endpoint = await devtoolsEndpoint(child);
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true });
  return {
    name: 'chromium',
    version: browser.version(),
    can: {
      crash: true,
      bfcache: true,
      bfcacheWithLocks: true,
      partitioning: true,
      freeze: true,
      heap: true,
      prerender: true,
      stopServiceWorkers: true,
      compose: true,
    },
    // In the contexts it makes, Playwright tells every page that it is looked at. Only in the first one can a tab be hidden and
    // frozen; what is stored there stays.
    newSession: async (log, { hides = false } = {}) =>
      new Session(hides ? browser.contexts()[0] : await browser.newContext(), log, hides),
    async close() {
      await browser.close().catch(() => {});
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null && kill(child.pid)) await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function kill(pid) {
  try {
    // The whole group: Chromium's renderers are its children.
    process.kill(-pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function devtoolsEndpoint(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
      const found = /DevTools listening on (ws:\S+)/.exec(text);
      if (found) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${BINARY} ended with ${code}: ${text}`)));
  });
}

/** One isolated profile: nothing stored in it is seen by another scenario. */
class Session {
  #context;
  #keep;
  #tabs = new Map();
  #count = 0;

  constructor(context, log, keep) {
    this.#context = context;
    this.#keep = keep;
    context.on('page', (page) => this.#adopt(page));
    context.on('console', (message) => {
      const level = message.type();
      log({
        level,
        text: message.text(),
        url: message.location().url,
        tab: this.#adopt(message.page())?.name ?? 'worker',
      });
    });
    context.on('weberror', (error) =>
      log({
        level: 'uncaught',
        text: String(error.error().stack ?? error.error()),
        tab: this.#adopt(error.page())?.name ?? '',
      }),
    );
  }

  #adopt(page) {
    if (!page) return null;
    if (!this.#tabs.has(page)) this.#tabs.set(page, new Tab(page, `tab ${++this.#count}`));
    return this.#tabs.get(page);
  }

  async open(url) {
    const page = await this.#context.newPage();
    const tab = this.#adopt(page);
    await page.goto(url);
    return tab.top;
  }

  /** Runs the function in the view with a user's gesture, and returns the window it opened. */
  async popup(view, fn, ...args) {
    const opened = this.#context.waitForEvent('page', { timeout: 16_000 });
    await view.eval(fn, ...args);
    return this.#adopt(await opened).top;
  }

  /** Everything open, for a report of a failure. */
  get views() {
    return [...this.#tabs.values()].map((tab) => tab.top);
  }

  async close() {
    if (!this.#keep) return this.#context.close();
    this.#context.removeAllListeners();
    await Promise.all([...this.#tabs.keys()].map((page) => page.close()));
  }
}

class Tab {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    this.top = new View(this);
  }

  async evaluate(path, fn, args) {
    let json;
    try {
      const frame = await this.#resolve(path);
      json = await frame.evaluate(remoteCall(fn, args));
    } catch (error) {
      if (GONE.test(error.message)) throw new GoneError(error.message);
      throw error;
    }
    return remoteResult(json);
  }

  async #resolve(path) {
    let frame = this.page.mainFrame();
    for (const id of path) {
      const element = await frame.$(`iframe#${id}`);
      frame = await element?.contentFrame();
      if (!frame) throw new GoneError(`no frame ${id}`);
    }
    return frame;
  }

  async close() {
    await this.page.close();
  }

  async reload() {
    await this.page.reload();
  }

  async goto(url) {
    await this.page.goto(url);
  }

  /** The browser's back button. Not Playwright's goBack, which does not expect a page from the cache. */
  async back() {
    await this.page.evaluate(() => void setTimeout(() => history.back()));
  }

  /** Kills the tab's process, as running out of memory would. */
  async crash() {
    const cdp = await this.page.context().newCDPSession(this.page);
    // Its answer never comes: the one who would send it is gone.
    cdp.send('Page.crash').catch(() => {});
    await new Promise((resolve) => this.page.once('crash', resolve));
  }

  /** Freezes the page's tasks as the browser does with tabs nobody looks at, or lets them go on. */
  async setFrozen(frozen) {
    const cdp = (this.cdp ??= await this.page.context().newCDPSession(this.page));
    await cdp.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' });
  }

  /** Stops every service worker, as the browser does with those that have been idle. */
  async stopServiceWorkers() {
    const cdp = (this.cdp ??= await this.page.context().newCDPSession(this.page));
    await cdp.send('ServiceWorker.enable');
    await cdp.send('ServiceWorker.stopAllWorkers');
  }

  /** What the page holds after everything unused was collected: bytes of JavaScript, listeners, documents. */
  async heap() {
    const cdp = (this.cdp ??= await this.page.context().newCDPSession(this.page));
    await cdp.send('Performance.enable');
    // What a finaliser frees is collected the next time.
    for (let round = 0; round < 3; round++) await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  }

  async screenshot(path) {
    await this.page.screenshot({ path, fullPage: true });
  }
}
