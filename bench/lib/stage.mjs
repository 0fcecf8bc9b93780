// One headless Chromium. Each contender plays in a browser context of its own: its channels reach nobody else's pages, and its
// tabs have processes of their own. Playwright shows every tab of such a context as visible, and no timer is throttled.
import { createRequire } from 'node:module';
import { bundles } from './bundle.mjs';
import { serve } from './serve.mjs';

const { chromium } = createRequire(new URL('../../tests/e2e/package.json', import.meta.url))('playwright-core');
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--enable-precise-memory-info',
  '--js-flags=--expose-gc',
];

export async function openStage(contenders) {
  const server = await serve(await bundles(contenders));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: FLAGS }).catch(async (error) => {
    await server.close();
    throw error;
  });
  return {
    version: browser.version(),
    /** Pages for one contender in one row. */
    async cast(id) {
      const context = await browser.newContext();
      return new Cast(id, context, server);
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

const installed = (page) => page.waitForFunction(() => globalThis.bench, undefined, { timeout: 20_000 });

class Cast {
  constructor(id, context, server) {
    this.id = id;
    this.context = context;
    this.server = server;
  }

  /** A tab in which the contender's script has run. */
  async tab() {
    const page = await this.context.newPage();
    await page.goto(`${this.server.own}/page/${this.id}`);
    await installed(page);
    return page;
  }

  /** A tab without any script. */
  async empty() {
    const page = await this.context.newPage();
    await page.goto(`${this.server.own}/empty`);
    return page;
  }

  /** A writing tab, and so many others that tell it what arrives. Nothing is open yet. */
  async tabs(count) {
    const [writer, ...others] = await Promise.all(Array.from({ length: count + 1 }, () => this.tab()));
    await Promise.all(others.map((other, index) => other.evaluate((index) => bench.receive(index), index)));
    await writer.evaluate((count) => bench.expect(count), count);
    return { writer, others };
  }

  /** A tab with a frame of another site. `wires` are kept in both as `wire`. */
  async framed() {
    const page = await this.tab();
    const url = `${this.server.other}/page/${this.id}`;
    const embedded = page.evaluate(async (url) => {
      globalThis.wire = await bench.embed(url);
    }, url);
    const frame = await until(() => page.frames().find((one) => one.url() === url));
    await installed(frame);
    await frame.evaluate(async (origin) => {
      globalThis.wire = bench.toParent(origin);
      await bench.receiveFromParent();
    }, this.server.own);
    await embedded;
    return { page, frame };
  }

  close() {
    return this.context.close();
  }
}

async function until(found) {
  for (let i = 0; i < 400; i++) {
    const value = found();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the frame did not come');
}
