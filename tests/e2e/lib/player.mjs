import { within } from './poll.mjs';
import { Stage } from './stage.mjs';

/** Time for a fresh profile, and for putting it away. */
const PATIENCE = 15_000;

/** Time for a browser to start. */
const STARTING = 60_000;

/** One browser of its own, in which tests are played one after the other, each in a fresh profile. */
export class Player {
  #launch;
  #server;

  constructor(launch, server, browser) {
    this.#launch = launch;
    this.#server = server;
    this.browser = browser;
  }

  static async start(launch, server) {
    // Now and then a browser does not come up on a busy machine.
    const browser = await within(STARTING, launch(), 'starting a browser').catch(launch);
    return new Player(launch, server, browser);
  }

  /** Plays one test to its end: its error or null, what the consoles said, what a reader should know, and the time. */
  async play(test, seed) {
    const [log, notes] = [[], []];
    const started = performance.now();
    const error = await this.#play(test, seed, log, notes);
    return { error, log, notes, took: Math.round(performance.now() - started) };
  }

  close() {
    return this.browser.close();
  }

  async #play(test, seed, log, notes) {
    let session;
    try {
      session = await this.#session(test, log, notes);
      const stage = new Stage({ session, log, notes, server: this.#server, browser: this.browser, seed });
      await within(test.timeout, test.run(stage), 'the scenario');
      await session.settle?.();
      stage.assertQuiet();
      return null;
    } catch (error) {
      for (const view of session?.views ?? []) await describe(view, notes);
      return error;
    } finally {
      await within(PATIENCE, Promise.resolve(session?.close()), 'closing the profile').catch((error) =>
        log.push({ level: 'harness', tab: '', text: String(error) }),
      );
    }
  }

  /** A fresh profile; from a new browser, if this one gives none any more: no test fails for what another did to it. */
  async #session(test, log, notes) {
    const ask = () =>
      within(
        PATIENCE,
        this.browser.newSession((line) => log.push(line), test),
        'a fresh profile',
      );
    try {
      return await ask();
    } catch (error) {
      notes.push(`the browser was started anew: ${error.message}`);
      await within(PATIENCE, this.browser.close(), 'ending the browser').catch(() => {});
      this.browser = await within(STARTING, this.#launch(), 'starting a browser');
      return ask();
    }
  }
}

/** What a window thought of its neighbours when the scenario failed. */
async function describe(view, notes) {
  const ask = () => ({
    at: location.origin,
    id: window.parley?.instanceId,
    peers: window.parley?.peers,
    state: window.state && canon(window.state.getState()).slice(0, 500),
    changes: window.changes?.slice(-20),
    events: window.events?.slice(-30).map((one) => Object.values(one).filter(Boolean).join(' ')),
  });
  try {
    const known = await within(1000, view.eval(ask), 'asking');
    notes.push(`${view.name}: ${JSON.stringify(known)}`);
  } catch (error) {
    notes.push(`${view.name}: ${error.message}`);
  }
}
