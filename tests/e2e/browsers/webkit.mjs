// WebKitGTK's MiniBrowser through WebKitWebDriver, on a display of its own. The driver knows only the classic commands, with
// one current window: a command and the switch before it are one turn in a queue. No turn waits for a page.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builder, Capabilities } from 'selenium-webdriver';
import { GoneError, remoteCall, remoteResult } from '../lib/remote.mjs';
import { until, within } from '../lib/poll.mjs';
import { View } from '../lib/view.mjs';
import { lacks, skips } from './webkit-cannot.mjs';

const BINARY = process.env.MINIBROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const DRIVER = process.env.WEBKITWEBDRIVER ?? 'WebKitWebDriver';
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15';
const GONE = /NoSuchWindow|NoSuchFrame|NoSuchElement|StaleElement|UnknownError|target frame|not found|unloaded/i;

export async function launch({ headed = false, server }) {
  const home = await mkdtemp(join(tmpdir(), 'parley-e2e-webkit-'));
  const children = [];
  const close = async () => {
    for (const child of children.toReversed()) await ended(child);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const display = headed ? process.env.DISPLAY : await virtualDisplay(children);
    // Without a session bus it would start one, which outlives it.
    const own = { DISPLAY: display, HOME: home, XDG_RUNTIME_DIR: home, DBUS_SESSION_BUS_ADDRESS: 'disabled:' };
    const env = { ...process.env, ...own, NO_AT_BRIDGE: '1', GTK_A11Y: 'none', LIBGL_ALWAYS_SOFTWARE: '1' };
    const port = await freePort();
    const child = spawn(DRIVER, ['-p', String(port)], { env, stdio: 'ignore', detached: true });
    children.push(child);
    await started(child, DRIVER);
    const address = `http://127.0.0.1:${port}`;
    await until(
      () =>
        fetch(`${address}/status`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { what: `${DRIVER} listens` },
    );
    const probe = await build(address);
    const version = (await probe.getCapabilities()).getBrowserVersion();
    await probe.quit();
    return {
      name: 'webkit',
      version,
      can: { crash: false, bfcache: true, bfcacheWithLocks: true, partitioning: true },
      lacks,
      skips,
      newSession: async (log, { hides = false, needs = [] } = {}) => {
        const { token, stop } = server.hear(log);
        // It keeps pages that must not be stored, too, unless they come over https. The others keep them only if a page asks for it.
        const cache = needs.some((ability) => ability.startsWith('bfcache'));
        const driver = await build(address, `${AGENT} ${token}`, cache);
        return new Session(driver, await driver.getWindowHandle(), {
          kind: hides ? 'tab' : 'window',
          stop,
        });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A browser of its own: nothing stored in one is found in the next. */
function build(address, agent = AGENT, cache = false) {
  const settings = {
    'javascript-can-open-windows-automatically': true,
    'user-agent': agent,
    'enable-page-cache': cache,
  };
  const args = ['--automation', ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    pageLoadStrategy: 'none',
    'webkitgtk:browserOptions': { binary: BINARY, args },
  });
  return new Builder().usingServer(address).withCapabilities(capabilities).build();
}

/** Starts an X server without a screen, on a number that is free; returns the number as DISPLAY wants it. */
async function virtualDisplay(children) {
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const child = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true });
  children.push(child);
  const number = new Promise((resolve) => child.stdio[3].once('data', (text) => resolve(String(text).trim())));
  const early = new Promise((_, reject) => child.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`))));
  early.catch(() => {});
  await started(child, 'Xvfb');
  return `:${await Promise.race([number, early])}`;
}

function started(child, name) {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${name} does not start: ${error.message}`)));
  });
}

/** Ends the whole group: the browser and its processes are the driver's children. A display asked to end removes its lock. */
async function ended(child) {
  if (!child.pid) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const running = child.exitCode === null && child.signalCode === null;
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has ended.
    }
  };
  signal('SIGTERM');
  if (running) await within(5000, exit, 'ending').catch(() => {});
  signal('SIGKILL');
  if (running) await exit;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

class Session {
  #driver;
  #first;
  #kind;
  #stop;
  #tabs = new Map();
  #turn = Promise.resolve();

  constructor(driver, first, { kind, stop }) {
    this.#driver = driver;
    this.#first = first;
    this.#kind = kind;
    this.#stop = stop;
  }

  /** Runs the commands when those before them are through. */
  turn(commands) {
    const result = this.#turn.then(() => commands(this.#driver));
    this.#turn = result.catch(() => {});
    return result.catch((error) => {
      throw GONE.test(error.name) || GONE.test(error.message)
        ? new GoneError(`${error.name}: ${error.message}`)
        : error;
    });
  }

  #adopt(handle) {
    if (!this.#tabs.has(handle)) this.#tabs.set(handle, new Tab(this, handle, `tab ${this.#tabs.size + 1}`));
    return this.#tabs.get(handle);
  }

  /** The window with which the browser begins stays as it is: with the last window the session would end. */
  async open(url) {
    const handle = await this.turn(async (driver) => {
      // The current one may be closed.
      await driver.switchTo().window(this.#first);
      await driver.switchTo().newWindow(this.#kind);
      return driver.getWindowHandle();
    });
    const tab = this.#adopt(handle);
    await tab.goto(url);
    return tab.top;
  }

  /** Runs the function in the view, and returns the window it opened. */
  async popup(view, fn, ...args) {
    const handles = () => this.turn((driver) => driver.getAllWindowHandles());
    const known = new Set(await handles());
    await view.eval(fn, ...args);
    const opened = async () => (await handles()).find((one) => !known.has(one));
    return this.#adopt(await until(opened, { what: 'a window opened' })).top;
  }

  /** Everything open, for a report of a failure. */
  get views() {
    return [...this.#tabs.values()].map((tab) => tab.top);
  }

  /** What the open pages have said until now is in the log. */
  async settle() {
    const told = () => fetch('/e2e/said', { method: 'POST' }).then(() => {});
    for (const view of this.views) await view.eval(told).catch(() => {});
  }

  async close() {
    this.#stop();
    await this.#driver.quit();
  }
}

let asked = 0;

/** Begins a call, and waits a few turns for its answer; what takes longer is asked for again. */
const begin = (number, expression) => `
  const answers = (window.__parleyAnswers ??= {});
  const answered = (${expression}).then((json) => (answers[${number}] = json));
  return Promise.race([answered, new Promise((resolve) => setTimeout(() => resolve('pending'), 10))]);`;

const collect = (number) => `
  if (!window.__parleyAnswers) return 'gone';
  return window.__parleyAnswers[${number}] ?? 'pending';`;

class Tab {
  #session;
  #handle;

  constructor(session, handle, name) {
    this.#session = session;
    this.#handle = handle;
    this.name = name;
    this.top = new View(this);
  }

  async evaluate(path, fn, args) {
    const number = ++asked;
    let answer = await this.#script(path, begin(number, remoteCall(fn, args)));
    while (answer === 'pending') {
      await new Promise((resolve) => setTimeout(resolve, 10));
      answer = await this.#script(path, collect(number));
    }
    if (typeof answer !== 'string' || answer === 'gone') throw new GoneError('the document was left');
    return remoteResult(answer);
  }

  #script(path, text) {
    return this.#command(async (driver) => {
      for (const id of path) {
        const frame = await driver.executeScript(
          `return document.querySelector('iframe#' + CSS.escape(arguments[0]))`,
          id,
        );
        if (!frame) throw new GoneError(`no frame ${id}`);
        await driver.switchTo().frame(frame);
      }
      return driver.executeScript(text);
    });
  }

  #command(commands) {
    return this.#session.turn(async (driver) => {
      await driver.switchTo().window(this.#handle);
      return commands(driver);
    });
  }

  async close() {
    await this.#command((driver) => driver.close());
  }

  async reload() {
    await this.#leave((driver) => driver.navigate().refresh());
  }

  async goto(url) {
    await this.#leave((driver) => driver.get(url));
  }

  async back() {
    await this.#command((driver) => driver.executeScript('setTimeout(() => history.back())'));
  }

  /** Waits until another document is there and complete. */
  async #leave(how) {
    await this.#command(async (driver) => {
      await driver.executeScript('window.__parleyLeft = true');
      await how(driver);
    });
    const there = () => this.#script([], `return !window.__parleyLeft && document.readyState === 'complete'`);
    await until(there, { what: `${this.name} has loaded` });
  }
}
