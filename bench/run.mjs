// What the package costs beside the raw channel, in headless Chromium: `cargo xtask build`, then `node bench/run.mjs [rounds]`.
// The two take turns, round by round; what is told is the ratio of the medians, since machines are noisy and drift.
import { createRequire } from 'node:module';
import { serve } from '../tests/e2e/server.mjs';
import { channel, echo, late, turn } from './cases.mjs';

const require = createRequire(new URL('../tests/e2e/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const rounds = Number(process.argv[2] ?? 15);
const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const server = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
try {
  console.log(`chromium ${browser.version()}, ${rounds} rounds, medians`);
  for (const { name, unit, run, args } of [...echo, ...channel, ...turn, ...late]) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.sites.a}/e2e/plain.html`);
    await page.evaluate(async () => Object.assign(globalThis, await import('/pkg/index.js')));
    const times = await page.evaluate(run, { rounds, ...args });
    const [own, raw] = [median(times.own), median(times.raw)];
    const extra = times.blocked ? `, writer blocked ${median(times.blocked).toFixed(1)} ms` : '';
    console.log(`${name}: ${(own / raw).toFixed(2)} (${own.toFixed(3)} against ${raw.toFixed(3)} ${unit}${extra})`);
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
}
