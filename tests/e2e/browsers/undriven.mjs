// A Chromium that nobody drives: with DevTools attached it prerenders nothing. Its pages post what they have to say.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BINARY = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-popup-blocking',
];

/** Opens the address that `address(report)` gives, in the one tab it begins with; resolves with what is first posted to `report`. */
export async function reported(address) {
  const profile = await mkdtemp(join(tmpdir(), 'parley-e2e-undriven-'));
  let report;
  const posted = new Promise((resolve) => (report = resolve));
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    response.writeHead(204, { 'Access-Control-Allow-Origin': '*' }).end();
    if (text) report(JSON.parse(text));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = address(`http://127.0.0.1:${server.address().port}/`);
  const child = spawn(BINARY, [...FLAGS, `--user-data-dir=${profile}`, url], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    return await Promise.race([posted, ended.then(() => Promise.reject(new Error('the browser has ended')))]);
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
    await ended;
    server.close();
    server.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
