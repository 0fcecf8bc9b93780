// Tabs in the background of a Chromium of their own, spoken to over a bare pipe: Playwright keeps every page "visible",
// and only a tab that is hidden can be frozen.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { remoteCall, remoteResult } from '../lib/remote.mjs';
import { until } from '../lib/poll.mjs';

const BINARY = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--remote-debugging-pipe',
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Runs `use(open)` with such a browser; `open(url)` gives a tab, which hides the one before. */
export async function inBackground(use) {
  const profile = await mkdtemp(join(tmpdir(), 'parley-e2e-background-'));
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'];
  const child = spawn(BINARY, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { stdio, detached: true });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const send = wire(child.stdio[3], child.stdio[4]);
    await use(async (url) => {
      const { targetId } = await send('Target.createTarget', { url });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      await send('Target.activateTarget', { targetId });
      const tab = new Tab((method, params) => send(method, params, sessionId), send);
      await tab.until(() => window.loaded);
      return tab;
    });
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Commands as JSON with a zero byte after each; answers by their number. */
function wire(input, output) {
  const waiting = new Map();
  let number = 0;
  let rest = '';
  output.setEncoding('utf8').on('data', (chunk) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop();
    for (const { id, result, error } of messages.map((text) => JSON.parse(text))) {
      const { resolve, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
    }
  });
  return (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      number += 1;
      waiting.set(number, { resolve, reject });
      input.write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
    });
}

class Tab {
  constructor(send, all) {
    this.send = send;
    this.all = all;
  }

  async eval(fn, ...args) {
    const params = { expression: remoteCall(fn, args), awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', params);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return remoteResult(result.value);
  }

  until(fn, ...args) {
    return until(() => this.eval(fn, ...args), { what: String(fn) });
  }

  /** As the browser does with tabs nobody has looked at for a while. Works on hidden ones only. */
  async freeze() {
    await this.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  /** Kills the processes of all frames of other sites; their pages stay. */
  async crashFrames() {
    const { targetInfos } = await this.all('Target.getTargets');
    const frames = targetInfos.filter(({ type }) => type === 'iframe');
    for (const { targetId } of frames) {
      const { sessionId } = await this.all('Target.attachToTarget', { targetId, flatten: true });
      // Its answer never comes: the one who would send it is gone.
      this.all('Page.crash', {}, sessionId).catch(() => {});
    }
    return frames.length;
  }

  async thaw() {
    await this.send('Page.setWebLifecycleState', { state: 'active' });
  }
}
