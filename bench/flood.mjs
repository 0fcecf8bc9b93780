// What a frame that sends as fast as it can costs the page's other traffic: the time of an echo to an honest frame of another
// site, without and with the flood, beside the same over raw channels. `cargo xtask build`, then
// `node bench/flood.mjs [seconds] [part of a name]`.
//
// Each line is a fresh browser context. The flooding frame never pauses; what waits in the page's queue is part of the time.
import { createRequire } from 'node:module';
import { serve } from '../tests/e2e/server.mjs';
import { floods, pages } from './floods.mjs';

const require = createRequire(new URL('../tests/e2e/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const seconds = Number(process.argv[2] ?? 3);
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

const quantile = (numbers, q) => [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) * q)];
const server = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
const address = (origin, setup, args) =>
  `${origin}/e2e/peer.html?plan=${server.publish({ setup: String(setup), args, sites: server.sites })}`;

async function measure(flood) {
  const { a, b, evil } = server.sites;
  const context = await browser.newContext();
  const page = await context.newPage();
  const args = { ...flood, seconds, allowed: [a, b, ...(flood.stranger ? [] : [evil])] };
  args.honest = address(b, pages.honest, { top: a });
  args.hostile = address(evil, pages.hostile, { ...flood, top: a });
  await page.goto(address(a, pages.victim, args));
  const result = await page.waitForFunction(() => globalThis.result, undefined, { timeout: 120_000 });
  const { times, sent, heard } = await result.jsonValue();
  await context.close();
  return { median: quantile(times, 0.5), worst: quantile(times, 0.99), echoes: times.length, sent, heard };
}

try {
  console.log(`chromium ${browser.version()}, ${seconds} s each; times of an echo in ms`);
  for (const flood of floods.filter(({ name }) => name.includes(process.argv[3] ?? ''))) {
    const { median, worst, echoes, sent, heard } = await measure(flood);
    const rate =
      flood.by === 'nothing'
        ? ''
        : `, ${sent ? `${Math.round(sent / seconds)} sent and ` : ''}${Math.round(heard / seconds)} taken in a second`;
    console.log(
      `${flood.name}: median ${median.toFixed(2)}, 99 of 100 below ${worst.toFixed(1)} (${echoes} echoes${rate})`,
    );
  }
} finally {
  await browser.close();
  await server.close();
}
