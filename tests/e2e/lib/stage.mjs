import assert from 'node:assert/strict';
import { until } from './poll.mjs';

/** What a scenario holds in its hands: origins, a way to open pages, and the record of what their consoles said. */
export class Stage {
  #session;
  #log;
  #expected = [];
  #publish;

  constructor({ session, log, notes, server, browser, seed }) {
    this.#session = session;
    this.#log = log;
    this.#publish = server.publish;
    Object.assign(this, server.sites);
    this.sites = server.sites;
    this.browser = browser;
    this.seed = seed;
    this.assert = assert;
    this.notes = notes;
  }

  /**
   * The address of a page at this origin that imports the package and then runs `setup(args)`.
   * The address says where the code is, so a reload runs it again.
   */
  url(origin, setup, args = {}, { slow = 0, page = 'peer.html', variant = '', keep = false, coop = '' } = {}) {
    const plan = this.#publish({ setup: String(setup), args, sites: this.sites });
    const query = new URLSearchParams({ plan });
    if (slow) query.set('slow', slow);
    if (keep) query.set('keep', 1);
    if (coop) query.set('coop', coop);
    if (variant) query.set('variant', variant);
    return `${origin}/e2e/${page}?${query}`;
  }

  /** Opens such a page in a tab of its own, and waits until its set-up is through. */
  async open(origin, setup, args, options) {
    const view = await this.#session.open(this.url(origin, setup, args, options));
    return view.loaded();
  }

  /** Opens any address in a tab of its own. */
  visit(url) {
    return this.#session.open(url);
  }

  /** The window that the function opens in the view. */
  popup(view, fn, ...args) {
    return this.#session.popup(view, fn, ...args);
  }

  until(ask, what) {
    return until(ask, { what });
  }

  /** Something a reader of a green run should know. */
  note(text) {
    this.notes.push(text);
  }

  /** Console lines like this are part of the scenario. */
  expectConsole(pattern) {
    this.#expected.push(pattern);
  }

  console(pattern) {
    return this.#log.filter(({ text }) => pattern.test(text));
  }

  /** Nothing in any page complained, beyond what was announced. */
  assertQuiet() {
    const noise = this.#log.filter(
      ({ level, text }) =>
        ['error', 'warning', 'uncaught'].includes(level) && !this.#expected.some((pattern) => pattern.test(text)),
    );
    assert.deepEqual(
      noise.map((line) => `${line.tab} ${line.level}: ${line.text}`),
      [],
      'the consoles are silent',
    );
  }
}
