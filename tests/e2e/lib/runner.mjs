import { within } from './poll.mjs';
import { Stage } from './stage.mjs';

/** Runs the tests one after the other, each in a fresh profile; returns the counts. */
export async function run(tests, { browser, server, verbose, again = false, out = console.log }) {
  const counts = { passed: 0, failed: 0, skipped: 0, again: 0 };
  for (const [index, test] of tests.entries()) {
    const missing = test.needs.find((ability) => !browser.can[ability]);
    if (missing) {
      counts.skipped++;
      out(`skip  ${test.name} (the ${browser.name} driver cannot: ${missing})`);
      continue;
    }
    let log = [];
    let notes = [];
    const started = performance.now();
    let error = await one(test, { browser, server, log, notes, seed: index + 1 });
    if (error && again) {
      // A whole browser on a busy machine now and then does something else first. What fails twice is a failure; what
      // passes at the second attempt is counted and told, with the first one's error.
      counts.again++;
      out(`again ${test.name}`);
      out(indent(error.stack ?? String(error)));
      [log, notes] = [[], []];
      error = await one(test, { browser, server, log, notes, seed: index + 1 });
    }
    const took = `${Math.round(performance.now() - started)} ms`;
    counts[error ? 'failed' : 'passed']++;
    out(`${error ? 'FAIL' : 'ok  '}  ${test.name} (${took})`);
    for (const note of notes) out(indent(`note: ${note}`));
    if (error) out(indent(error.stack ?? String(error)));
    if (error || verbose) for (const line of log) out(indent(`[console] ${line.tab} ${line.level}: ${line.text}`));
  }
  return counts;
}

async function one(test, { browser, server, log, notes, seed }) {
  let session;
  try {
    session = await within(
      15_000,
      browser.newSession((line) => log.push(line), test),
      'a fresh profile',
    );
    const stage = new Stage({ session, log, notes, server, browser, seed });
    await within(test.timeout, test.run(stage), 'the scenario');
    stage.assertQuiet();
    return null;
  } catch (error) {
    for (const view of session?.views ?? []) await describe(view, notes);
    return error;
  } finally {
    await within(15_000, Promise.resolve(session?.close()), 'closing the profile').catch((error) =>
      log.push({ level: 'harness', tab: '', text: String(error) }),
    );
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

function indent(text) {
  return text.replace(/^/gm, '      ');
}
