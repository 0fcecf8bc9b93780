// What the fuzzers found, frame by frame: each of these once ended the wasm, or worse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState, SyncedStore } from '../../pkg/index.js';
import { partsLoaded } from '../../pkg/wasm/host/browser.js';
import { pause } from './windows.mjs';

const VERSION = 32;
const [JOIN, BATCH, DELTA, APPEND, LOG_DELTA] = [0, 7, 9, 10, 12].map((kind) => VERSION + kind);

/** A window whose peer says what the test says. */
async function attacked() {
  const parley = Parley.create({ allowedOrigins: [] });
  const refused = [];
  parley.onSystem('system:rejected', ({ code }) => refused.push(code));
  const state = new SyncedState(parley, { a: 0 }, { name: 's', conflict: { a: 'manual' } });
  const store = new SyncedStore(parley, (held) => held, { n: 0 }, { name: 'log' });
  const link = { onframe: null, onclose: null, send() {}, close() {} };
  const connected = parley.connect(link, 'evil');
  link.onframe([JOIN, 'evil', 'evil', 'link', true, false]);
  await connected;
  await partsLoaded();
  return { parley, state, store, refused, hears: (frame) => link.onframe(frame) };
}

const vector = (...pairs) => new Float64Array(pairs);
const tip = vector(0, 1, 1, 0);
/** Lists whose lengths, times the numbers for each entry, are as many as there are numbers, in 32 bits. */
const thirds = () => Array(0xaaaaaaab);
const quarters = () => Array(2 ** 30);

const FRAMES = {
  'a delta of a thousand million keys, none of them there': [DELTA, 's', vector(), vector(), vector(), quarters(), quarters()],
  'actions by the thousand million': [APPEND, 'log', vector(1), thirds(), thirds()],
  'the same in answer to a question': [LOG_DELTA, 'log', vector(), tip, null, vector(1), thirds(), thirds(), 1],
  'a slot that knew of two thousand million writes': [BATCH, 's', 5, 1, null, vector(4096), ['a\0s5'],
    [[4096, 1, null, null, undefined, Array(2 ** 32 - 1), [], 'evil']]],
}; // prettier-ignore

for (const [what, frame] of Object.entries(FRAMES)) {
  test(`lists that say that they are long: ${what}`, async () => {
    const { parley, state, store, refused, hears } = await attacked();
    hears(frame);
    await pause(0);
    assert.deepEqual(refused, ['ERR_MALFORMED']);
    assert.deepEqual({ ...state.getState(), ...store.getState() }, { a: 0, n: 0 });
    await state.setState({ a: 1 });
    assert.equal(state.get('a'), 1);
    parley.destroy();
  });
}

/**
 * How many holes of lists are read while `run` does: what a list does not hold itself is looked for in what lists inherit from.
 * After a thousand the reads throw, so that a walk through thousands of millions of them ends.
 */
async function holesRead(run) {
  let count = 0;
  const read = (name) => {
    if (typeof name === 'string' && /^\d+$/.test(name) && ++count > 1000)
      throw new Error('a list of holes is walked through');
  };
  const inherited = Object.getPrototypeOf(Array.prototype);
  const counting = new Proxy(inherited, {
    get: (target, name, list) => (read(name), Reflect.get(target, name, list)),
    has: (target, name) => (read(name), Reflect.has(target, name)),
  });
  Object.setPrototypeOf(Array.prototype, counting);
  try {
    await run();
  } finally {
    Object.setPrototypeOf(Array.prototype, inherited);
  }
  return count;
}

test('a storage whose list of records says that it is long', async () => {
  const records = [['a', 1, 1, 'kept']];
  records.length = 2 ** 32 - 1;
  const told = [];
  const storage = {
    get: (key) => (key === 'k' ? { 'parley-sync': 1, version: 1, records } : undefined),
    set() {},
    delete() {},
  };
  const parley = Parley.create({ allowedOrigins: [] });
  let state;
  const holes = await holesRead(async () => {
    const onError = (error) => told.push(error.details.reason);
    state = new SyncedState(parley, {}, { persist: { key: 'k', storage, onError } });
    await state.ready;
  });
  assert.equal(holes, 0, 'nobody walks through what is not there');
  assert.deepEqual([state.get('a'), told], ['kept', ['corrupt']]);
  parley.destroy();
});
