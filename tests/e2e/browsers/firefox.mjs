// Firefox through geckodriver. Pages are asked over WebDriver BiDi, which addresses any window or frame by itself;
// the classic commands know only one current window, and would make every wait exclusive.
import { Builder } from 'selenium-webdriver';
import firefox from 'selenium-webdriver/firefox.js';
import { GoneError, remoteCall, remoteResult } from '../lib/remote.mjs';
import { until } from '../lib/poll.mjs';
import { View } from '../lib/view.mjs';

const BINARY = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const GONE = /no such frame|no such node|discarded|destroyed|actor|unavailable|NS_ERROR|can't access dead|realm/i;

export async function launch({ headed = false } = {}) {
  const options = new firefox.Options()
    .setBinary(BINARY)
    .setPreference('dom.disable_open_during_load', false)
    // Otherwise it aborts whatever script runs at the moment a process of its is told to end, in the middle of a pagehide listener.
    .setPreference('dom.abort_script_on_child_shutdown', false)
    .enableBidi();
  if (!headed) options.addArguments('-headless');
  const driver = await new Builder().forBrowser('firefox').setFirefoxOptions(options).build();
  const bidi = await driver.getBidi();
  const wire = new Wire(bidi);
  await wire.send('session.subscribe', { events: ['log.entryAdded', 'browsingContext.contextCreated'] });
  const capabilities = await driver.getCapabilities();
  return {
    name: 'firefox',
    version: capabilities.getBrowserVersion(),
    // A page that holds a lock when it is left does not enter its back/forward cache, even if it lets go in pagehide.
    can: { crash: false, bfcache: true, bfcacheWithLocks: false, partitioning: true },
    newSession: async (log) => {
      const { userContext } = await wire.send('browser.createUserContext', {});
      return new Session(wire, userContext, log);
    },
    close: () => driver.quit(),
  };
}

/** BiDi commands and events, errors as exceptions. */
class Wire {
  #bidi;

  constructor(bidi) {
    this.#bidi = bidi;
  }

  async send(method, params) {
    const answer = await this.#bidi.send({ method, params });
    if (answer.type !== 'error') return answer.result;
    const text = `${answer.error}: ${answer.message}`;
    throw GONE.test(text) ? new GoneError(text) : new Error(`${method}: ${text}`);
  }

  on(event, handler) {
    this.#bidi.on(event, handler);
    return () => this.#bidi.off(event, handler);
  }
}

/** One isolated container: nothing stored in it is seen by another scenario. */
class Session {
  #wire;
  #container;
  #tabs = new Map();
  #opened = [];
  #stop;

  constructor(wire, container, log) {
    this.#wire = wire;
    this.#container = container;
    const unsubscribe = [
      wire.on('log.entryAdded', (params) => log(entry(params, this.#tabs))),
      wire.on('browsingContext.contextCreated', ({ context, parent, userContext }) => {
        if (parent === null && userContext === container) this.#opened.push(context);
      }),
    ];
    this.#stop = () => unsubscribe.forEach((stop) => stop());
  }

  #adopt(context) {
    if (!this.#tabs.has(context)) this.#tabs.set(context, new Tab(this.#wire, context, `tab ${this.#tabs.size + 1}`));
    return this.#tabs.get(context);
  }

  async open(url) {
    const { context } = await this.#wire.send('browsingContext.create', { type: 'tab', userContext: this.#container });
    const tab = this.#adopt(context);
    await tab.goto(url);
    return tab.top;
  }

  /** Runs the function in the view with a user's gesture, and returns the window it opened. */
  async popup(view, fn, ...args) {
    const known = new Set([...this.#opened, ...this.#tabs.keys()]);
    await view.eval(fn, ...args);
    const context = await until(() => this.#opened.find((one) => !known.has(one)), { what: 'a window opened' });
    return this.#adopt(context).top;
  }

  /** Everything open, for a report of a failure. */
  get views() {
    return [...this.#tabs.values()].map((tab) => tab.top);
  }

  async close() {
    this.#stop();
    await this.#wire.send('browser.removeUserContext', { userContext: this.#container });
  }
}

function entry(params, tabs) {
  const level =
    params.type === 'javascript' && params.level === 'error'
      ? 'uncaught'
      : params.level === 'warn'
        ? 'warning'
        : params.level;
  const top = params.stackTrace?.callFrames?.[0];
  return { level, text: params.text ?? '', url: top?.url ?? '', tab: tabs.get(params.source?.context)?.name ?? '' };
}

class Tab {
  #wire;
  #context;

  constructor(wire, context, name) {
    this.#wire = wire;
    this.#context = context;
    this.name = name;
    this.top = new View(this);
  }

  async evaluate(path, fn, args) {
    let context = this.#context;
    for (const id of path) context = await this.#child(context, id);
    const value = await this.#script(context, remoteCall(fn, args));
    return remoteResult(value.value);
  }

  async #script(context, expression) {
    const answer = await this.#wire.send('script.evaluate', {
      expression,
      target: { context },
      awaitPromise: true,
      userActivation: true,
    });
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
    return answer.result;
  }

  async #child(context, id) {
    const value = await this.#script(context, `document.getElementById(${JSON.stringify(id)})?.contentWindow ?? null`);
    if (value.type !== 'window') throw new GoneError(`no frame ${id}`);
    return value.value.context;
  }

  async close() {
    await this.#wire.send('browsingContext.close', { context: this.#context });
  }

  async reload() {
    await this.#wire.send('browsingContext.reload', { context: this.#context, wait: 'complete' });
  }

  async back() {
    await this.#wire.send('browsingContext.traverseHistory', { context: this.#context, delta: -1 });
  }

  async goto(url) {
    await this.#wire.send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }
}
