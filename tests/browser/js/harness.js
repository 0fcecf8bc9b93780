// What every table of cases uses: the classes under test, assertions that say what they saw, and an end for whatever a case
// leaves open.
import { same, show } from './same.js';

/** The classes, as the page gets them; known once a test has lent an object of each. */
export let Parley;
export let SyncedState;
export let SyncedStore;
export let ParleyError;

export function adopt(parley, state, store) {
  Parley ??= parley.constructor;
  SyncedState ??= state.constructor;
  SyncedStore ??= store.constructor;
  parley.destroy();
  try {
    Parley.create(0);
  } catch (error) {
    // Every coded error is of a class just below the one they share.
    ParleyError ??= Object.getPrototypeOf(error.constructor);
  }
}

const open = [];

// A case may hold the page's timers and clock (`time.js`); its waits go on.
const later = globalThis.setTimeout;
const now = performance.now.bind(performance);

/** Destroyed when the case is over. What a case breaks on purpose is not to be logged. */
export function parley(options) {
  const made = Parley.create({ logLevel: 'none', timeout: 3000, ...options });
  open.push(() => made.destroy());
  return made;
}

/** A state, on a Parley of its own if none is given. */
export function state(initial, { on = parley(), ...options } = {}) {
  const made = new SyncedState(on, initial, options);
  open.push(() => made.destroy());
  return made;
}

/** A store, on a Parley of its own if none is given. */
export function store(reducer, initial, { on = parley(), ...options } = {}) {
  const made = new SyncedStore(on, reducer, initial, options);
  open.push(() => made.destroy());
  return made;
}

/** Runs when the case is over, the last one first. */
export function defer(run) {
  open.push(run);
}

export function fail(message) {
  throw new Error(message);
}

export function ok(value, what) {
  if (!value) fail(`${what}: ${show(value)}`);
}

/** Deep equality as structured clone would keep it: NaN, -0, Date, Map, Set, bytes, cycles. */
export function equal(actual, expected, what = 'the value') {
  if (!same(actual, expected)) fail(`${what} is ${show(actual)}, not ${show(expected)}`);
}

/** The coded error that `attempt` (a function, or a promise) ends with. A trap is no coded error. */
export async function refused(attempt, code, what = 'it') {
  const [kept, value] = await Promise.resolve()
    .then(() => (typeof attempt === 'function' ? attempt() : attempt))
    .then(
      (given) => [true, given],
      (error) => [false, error],
    );
  if (kept) fail(`${what} gave ${show(value)} instead of ${code}`);
  if (!(value instanceof Error)) fail(`${what} threw ${show(value)}, which is no Error`);
  if (!(value instanceof ParleyError)) fail(`${what} threw ${show(value)}, not ${code}`);
  if (value.code !== code) fail(`${what} threw ${value.code} (${value.message}), not ${code}`);
  return value;
}

/** The end of the running task: microtasks and messages posted before are done. */
export function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

export function sleep(ms) {
  return new Promise((resolve) => later(resolve, ms));
}

/** Long enough for anything that was posted to have arrived, and for whatever that would set off. */
export async function quiet() {
  for (let i = 0; i < 4; i++) {
    await turn();
    await sleep(5);
  }
}

/** Waits until `holds` gives something true, and gives that. */
export async function until(holds, what) {
  const end = now() + 5000;
  for (;;) {
    const value = holds();
    if (value) return value;
    if (now() > end) fail(`never came: ${what}`);
    await sleep(2);
  }
}

/** The system events of these kinds, as they come: [[event, data], ...]. */
export function events(of, ...kinds) {
  const seen = [];
  for (const kind of kinds) of.onSystem(`system:${kind}`, (data) => seen.push([kind, data]));
  return seen;
}

/** Ends whatever the case has left open. */
export async function closeAll() {
  while (open.length > 0) await open.pop()();
}
