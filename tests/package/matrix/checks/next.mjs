// Next: client components that the server renders, route handlers in Node and at the edge, with both of its bundlers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../../lib/checks.mjs';
import { holds } from '../../lib/pages.mjs';
import { node } from '../../lib/programs.mjs';
import { consumer, modules } from '../lib.mjs';

const next = join(modules, 'next/dist/bin/next');
const app = join(consumer, 'next');

/** Starts what was built; resolves to its origin, what it has printed, and a way to stop. */
async function start() {
  const child = spawn(process.execPath, [next, 'start', app, '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: consumer,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const origin = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      said += chunk;
      const [, port] = /http:\/\/[\w.]+:(\d+)[\s\S]*Ready/.exec(said) ?? [];
      if (port) resolve(`http://localhost:${port}`);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('close', () => reject(new Error(`next start ended\n${said}`)));
  });
  const before = said.length;
  const stop = () => new Promise((resolve) => child.on('close', resolve) && child.kill());
  return { origin, printed: () => said.slice(before), stop };
}

/** Two tabs of one browser, hydrated and connected: a click in one is seen in the other. */
async function tabsAgree(browser, origin) {
  const context = await browser.newContext();
  const problems = [];
  try {
    const tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      tab.on('pageerror', (error) => problems.push(String(error.stack ?? error)));
      tab.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) problems.push(message.text());
      });
      await tab.goto(origin);
      await tab.locator('html[data-hydrated]').waitFor({ timeout: 30_000 });
    }
    const [one, other] = tabs;
    await one.locator('#peers', { hasText: '1' }).waitFor({ timeout: 30_000 });
    await one.locator('#count', { hasText: '1' }).click();
    await other.locator('#count', { hasText: '2' }).click({ timeout: 30_000 });
    await one.locator('#count', { hasText: '3' }).waitFor({ timeout: 30_000 });
    assert.equal(await one.locator('#server').textContent(), '1');
  } finally {
    await context.close();
  }
  assert.deepEqual(problems, []);
}

export async function inNext(browser) {
  for (const bundler of ['turbopack', 'webpack']) {
    let server;
    await check(`Next with ${bundler}: it builds`, async () => {
      await rm(join(app, '.next'), { recursive: true, force: true });
      const said = await node([next, 'build', app, `--${bundler}`], { cwd: consumer, patience: 300_000 });
      assert.doesNotMatch(said, /warn/i, said);
      server = await start();
    });
    if (server === undefined) continue;
    const get = async (path) => {
      const response = await fetch(`${server.origin}${path}`);
      const body = await response.text();
      assert.equal(response.status, 200, `${body}\n${server.printed()}`);
      return body;
    };
    try {
      for (const path of ['/', '/edge-page']) {
        await check(
          `Next with ${bundler}, ${path}: the server renders what the client begins with, two tabs agree`,
          async () => {
            const html = await get(path);
            assert.match(html, /<p id="server">1<\/p>/);
            assert.match(html, /<button id="count">1<\/button>/);
            await tabsAgree(browser, `${server.origin}${path}`);
          },
        );
      }
      await check(`Next with ${bundler}: a route handler in Node`, async () => holds(JSON.parse(await get('/node'))));
      await check(`Next with ${bundler}: the slim entry at the edge, with the modules of the bundler`, async () => {
        assert.deepEqual(JSON.parse(await get('/edge')), [{ n: 2, list: [{ deep: 'x' }] }, 3]);
      });
      await check(`Next with ${bundler}: the default entry at the edge runs, or says what to do`, async () => {
        // Next itself compiles wasm at the edge, services on which it is deployed do not.
        const said = await get('/plain-edge');
        if (said === 'it runs') return;
        const { code, message } = JSON.parse(said);
        assert.equal(code, 'ERR_ENVIRONMENT');
        assert.match(message, /parley-sync\/slim/);
      });
      await check(`Next with ${bundler}: the server printed nothing`, () =>
        assert.doesNotMatch(server.printed(), /error|warn|⚠|⨯|parley/i),
      );
    } finally {
      await server.stop();
    }
  }
}
