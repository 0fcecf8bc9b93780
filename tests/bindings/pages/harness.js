// What the pages share: two windows of a simulated network, and tests that are counted.
import { createTestNetwork, SyncedState } from 'parley-sync';

const tests = [];

export const test = (name, run) => tests.push({ name, run });

/** Two windows with a state each; `there` is written by the test, `here` is shown by the framework. */
export async function pair(initial = { theme: 'light', count: 0 }, options) {
  const network = createTestNetwork();
  const [a, b] = [network.createParley(), network.createParley()];
  const [here, there] = [a, b].map((parley) => new SyncedState(parley, initial, options));
  await network.settle();
  const write = async (updates) => {
    await there.setState(updates);
    await network.settle();
  };
  return { network, a, b, here, there, write, end: () => [a, b].forEach((parley) => parley.destroy()) };
}

export const equal = (actual, expected, what = '') => {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what} ${a}, not ${b}`);
};

/** Waits until `get` returns this. */
export async function becomes(get, expected, what = '') {
  for (let i = 0; i < 200; i++) {
    if (JSON.stringify(get()) === JSON.stringify(expected)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  equal(get(), expected, what);
}

/** How many listeners a state has: counted where they come and go. */
export function counted(source, ...methods) {
  let open = 0;
  for (const method of methods) {
    const original = source[method].bind(source);
    source[method] = (...parameters) => {
      const off = original(...parameters);
      open += 1;
      return () => {
        open -= 1;
        off();
      };
    };
  }
  return () => open;
}

export function place() {
  const element = document.createElement('div');
  document.body.append(element);
  return element;
}

/** Runs what the page has declared. */
export async function run() {
  const results = [];
  for (const { name, run: attempt } of tests) {
    try {
      await attempt();
      results.push({ name });
    } catch (error) {
      results.push({ name, error: String(error.stack ?? error) });
    }
  }
  globalThis.outcome = { results };
}
