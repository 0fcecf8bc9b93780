// Storage that answers with anything: true records mutated, cut and spliced, as text and as objects, at any moment. The state
// works, what is stored afterwards can be read by the next window, and what was written last is what that shows.
import assert from 'node:assert/strict';
import { SyncedState, createTestNetwork } from '../../../pkg/index.js';
import { giveTimeBack, pass, quiet, takeTime } from './clock.mjs';
import { STRATEGIES } from './room.mjs';
import { assertSame, mutated, odd } from './values.mjs';

export const name = 'stored';
export const what = 'what a storage may answer: true records changed, cut and spliced, and anything else';

const KEY = 'kept';

class Storage {
  items = new Map();
  writes = 0;
  get(key) {
    return this.items.get(key);
  }
  set(key, value) {
    this.writes += 1;
    this.items.set(key, value);
  }
  delete(key) {
    this.items.delete(key);
  }
}

const open = (storage) => {
  const parley = createTestNetwork().createParley();
  const errors = [];
  parley.onSystem('system:error', (error) => errors.push(error));
  const told = [];
  const persist = { key: KEY, storage, onError: (error) => told.push(error.code) };
  const state = new SyncedState(parley, { a: 0 }, { conflict: STRATEGIES, persist });
  return { parley, state, errors, told };
};

/** Lets time pass until what was written is stored. */
const store = async (state) => {
  await state.flush();
  for (let turns = 0; turns < 6; turns++) {
    pass(600);
    await quiet();
  }
};

const changedText = (text, dice) => {
  let out = text;
  for (let changes = dice.between(1, 3); changes > 0; changes--) {
    const [at, from] = [dice.below(out.length + 1), dice.below(text.length + 1)];
    const how = dice.below(5);
    if (how === 0) out = out.slice(0, at);
    else if (how === 1) out = out.slice(0, at) + text.slice(from);
    else if (how === 2) out = out.slice(0, at) + out.slice(at + 1 + dice.below(12));
    else if (how === 3)
      out = out.slice(0, at) + dice.pick(['0', '"', '\\', '\n', '[', ']', '-', '9', 'null,', '\ud800']) + out.slice(at);
    else
      out = out.replace(/\d+/g, (digits) =>
        dice.once(4) ? dice.pick(['0', '-1', '1e308', '9007199254740993', '0.5']) : digits,
      );
  }
  return out;
};

const asItIs = (value) => {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
};

const isLong = (value, depth = 0) =>
  typeof value === 'object' &&
  value !== null &&
  depth < 20 &&
  (value.length > 1e5 || Object.values(value).some((part) => isLong(part, depth + 1)));

const hostile = (text, dice) => {
  if (typeof text !== 'string' || dice.once(6)) return odd(dice, true);
  const how = dice.below(4);
  if (how <= 1) return changedText(text, dice);
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return changedText(text, dice);
  }
  for (let changes = dice.between(1, 3); changes > 0; changes--)
    data = mutated(data, dice, { stock: [data], now: 1_790_000_000_000 });
  // As text it would be gigabytes.
  if (how === 2 || isLong(data)) return asItIs(data);
  try {
    return JSON.stringify(data);
  } catch {
    return asItIs(data);
  }
};

/** One case; returns how often something was read. */
export async function run(dice) {
  takeTime(dice.next());
  let executions = 0;
  const storage = new Storage();
  try {
    const first = open(storage);
    await first.state.ready;
    for (const key of ['a', 'b', 'c', 'd', 'e', '__proto__']) {
      const value = dice.pick([1, 'text', { list: ['x'], n: 1 }, new Map([[1, 2]]), undefined, [3]]);
      await first.state.setState(Object.fromEntries([[key, value]]));
    }
    if (dice.once(2)) await first.state.delete('b');
    await store(first.state);
    first.parley.destroy();
    await quiet();
    for (let rounds = dice.between(1, 6); rounds > 0; rounds--) {
      for (const item of [KEY, `${KEY}:deleted`]) {
        if (!dice.once(3)) storage.items.set(item, hostile(storage.items.get(item), dice));
      }
      executions += 1;
      const window = open(storage);
      await window.state.ready;
      const { writes } = storage;
      await window.state.setState({ f: rounds, own: { rounds } });
      await store(window.state);
      assert.equal(window.state.get('f'), rounds);
      assert.equal(Object.getPrototypeOf(window.state.getState()), Object.prototype);
      assert.deepEqual(window.errors, []);
      const isLeft = window.told.includes('ERR_SCHEMA_VERSION') || window.told.includes('ERR_STORAGE');
      const shown = { ...window.state.getState() };
      window.parley.destroy();
      await quiet();
      assert.ok(storage.writes - writes < 40, 'it writes without end');
      const again = open(storage);
      await again.state.ready;
      if (!isLeft) assertSame({ ...again.state.getState() }, shown, 'the next window reads what this one showed');
      again.parley.destroy();
      await quiet();
    }
  } finally {
    giveTimeBack();
  }
  assert.equal({}.polluted, undefined);
  return executions;
}
