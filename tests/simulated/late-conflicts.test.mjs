// The model with conflicts is loaded when a state first needs it. What happens until then: nothing is lost, everything is told.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestNetwork, SyncedState } from '../../pkg/index.js';
import { provideConflicts } from '../../pkg/src/conflicts.js';
import { setPartLoader } from '../../pkg/wasm/host/browser.js';
import { bytes } from '../../pkg/wasm/inline-conflicts.js';
import { until } from './windows.mjs';

const turn = () => new Promise((done) => setTimeout(done, 0));

/** The part comes, or fails to, when the test says so. */
const loader = {
  wanted: 0,
  hold() {
    let settle;
    const gate = new Promise((done, fail) => (settle = { done, fail }));
    setPartLoader('conflicts', async () => {
      this.wanted++;
      await gate;
      provideConflicts(bytes);
    });
    this.wanted = 0;
    return settle;
  },
};

async function windows(count, options, initial = { a: 0, b: 0, n: 0 }) {
  const network = createTestNetwork();
  const parleys = Array.from({ length: count }, () => network.createParley());
  const errors = parleys.map((parley) => {
    const list = [];
    parley.onSystem('system:error', (error) => list.push(error.code));
    return list;
  });
  const states = parleys.map((parley) => new SyncedState(parley, initial, { name: 'state', ...options }));
  const destroy = () => parleys.forEach((parley) => parley.destroy());
  return { network, parleys, states, errors, destroy };
}

/** All are connected, and have what the others have. */
const joined = async ({ parleys, states }) => {
  await until(() => parleys.every((parley) => [...parley.peers].length === parleys.length - 1));
  await Promise.all(states.map((state) => state.ready));
};

/** Time in which what must not happen could. */
const deliver = async () => {
  for (let i = 0; i < 30; i++) await turn();
};

// The first tests make the part fail: once it is there, it stays.

test('a part that cannot be loaded: the transaction is refused, taken back and told, and plain writes go on', async () => {
  const opened = await windows(2);
  const { states, errors, destroy } = opened;
  await joined(opened);
  const [one, two] = states;
  const gate = loader.hold();
  const seen = [];
  one.subscribe((state, _, change) => seen.push([change.origin, state.a, state.b]));
  const written = one.transaction(() => void one.setState({ a: 1, b: 1 }));
  assert.deepEqual(one.getState(), { a: 1, b: 1, n: 0 });
  const after = one.setState({ n: 5 });
  gate.fail(new Error('offline'));
  await assert.rejects(written, { code: 'ERR_ENVIRONMENT' });
  await assert.rejects(after, { code: 'ERR_ENVIRONMENT' });
  assert.deepEqual(one.getState(), { a: 0, b: 0, n: 0 });
  assert.deepEqual(errors[0], ['ERR_ENVIRONMENT']);
  assert.deepEqual(seen.at(-1), ['rollback', 0, 0]);
  const again = loader.hold();
  const taken = one.setState({ a: 3 }, { rollbackOnError: true });
  // Who writes in answer to a failure asks for the part once more.
  const off = one.subscribe((_, __, { origin }) => {
    if (origin !== 'rollback') return;
    off();
    answered = one.transaction(() => void one.setState({ a: 4, b: 4 }));
    answered.catch(() => {});
  });
  let answered;
  again.fail(new Error('offline'));
  await assert.rejects(taken, { code: 'ERR_ENVIRONMENT' });
  await assert.rejects(answered, { code: 'ERR_ENVIRONMENT' });
  assert.deepEqual(one.getState(), { a: 0, b: 0, n: 0 });
  await one.setState({ n: 1 });
  await two.setState({ a: 2 });
  await until(() => one.get('a') === 2 && two.get('n') === 1);
  for (const state of states) assert.deepEqual(state.getState(), { a: 2, b: 0, n: 1 });
  destroy();
});

test('a state that merges where the part cannot be loaded: told, ready, and nobody waits for it', async () => {
  const gate = loader.hold();
  const { parleys, states, errors, destroy } = await windows(2, { conflict: 'merge' });
  const written = states[0].setState({ a: 1 });
  gate.fail(new Error('offline'));
  await assert.rejects(written, { code: 'ERR_ENVIRONMENT' });
  await Promise.all(states.map((state) => state.ready));
  assert.deepEqual(states[0].getState(), { a: 0, b: 0, n: 0 });
  for (const list of errors) assert.deepEqual(list, ['ERR_ENVIRONMENT']);
  const plain = parleys.map((parley) => new SyncedState(parley, { x: 0 }, { name: 'plain' }));
  await plain[0].setState({ x: 1 });
  await until(() => plain[1].get('x') === 1);
  destroy();
});

test('destroy() while the part is on its way: what waits is refused by a code', async () => {
  const gate = loader.hold();
  const { states, destroy } = await windows(1);
  const written = states[0].transaction(() => void states[0].setState({ a: 1, b: 1 }));
  states[0].destroy();
  await assert.rejects(written, { code: 'ERR_DESTROYED' });
  gate.fail(new Error('too late'));
  await deliver();
  destroy();
});

test('a transaction of another window: it waits for the part, with all that comes after it', async () => {
  const opened = await windows(3);
  const { states, errors, destroy } = opened;
  await joined(opened);
  const [one, two, three] = states;
  const gate = loader.hold();
  const seen = [];
  three.subscribe((state) => seen.push([state.a, state.b, state.n]));
  const written = one.transaction(() => void one.setState({ a: 1, b: 1 }));
  const later = one.setState({ n: 1 });
  const undone = one.undo();
  assert.equal(undone, true);
  await deliver();
  assert.deepEqual(seen, []);
  // Plain writes of the others go on.
  await two.setState({ n: 7 });
  await until(() => seen.length > 0);
  assert.deepEqual(seen, [[0, 0, 7]]);
  gate.done();
  await Promise.all([written, later]);
  const shown = () => states.map((state) => JSON.stringify([state.get('a'), state.get('b'), state.get('n')]));
  await until(() => two.get('a') === 1 && new Set(shown()).size === 1);
  assert.equal(loader.wanted, 1);
  for (const state of states) assert.deepEqual(state.getState(), two.getState());
  assert.deepEqual([two.get('a'), two.get('b')], [1, 1]);
  assert.ok(
    seen.every(([a, b]) => a === b),
    'no window shows a part of it',
  );
  assert.deepEqual(errors.flat(), []);
  destroy();
});
