// Data of another version of the state's shape: translated, kept aside, or left alone.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createTestNetwork } from '../../pkg/index.js';
// Text that is typed before its engine has come is lost if the window closes.
import '../../pkg/text.js';
import { FakeStorage, installStorage, open, pause } from './persist.lib.mjs';

const KEY = 'app';
let disk;
beforeEach(() => {
  disk = installStorage(new FakeStorage());
});

const plain = (state) => ({ ...state.getState() });
const idle = () => pause(150);

const store = async (values, options) => {
  const { state, parley } = open({ persist: KEY, ...options });
  await state.setState(values);
  await state.delete('gone');
  parley.destroy();
};

const listening = (options) => {
  const told = [];
  const persist = { key: KEY, onError: ({ code, details }) => told.push([code, details.reason, details.stored]) };
  return { told, ...open({ ...options, persist }) };
};

const migrate = (state, from) => {
  const { name, when, ...rest } = state;
  return { ...rest, user: { name, from }, year: when.getUTCFullYear() };
};
const OLD = { name: 'ada', when: new Date(Date.UTC(1815, 11, 10)), kept: [1], gone: 1 };
const NEW = { user: { name: 'ada', from: 1 }, year: 1815, kept: [1] };

test('an older version is translated, once, and stored as the new one', async () => {
  await store(OLD, { version: 1 });
  let calls = 0;
  const counting = (state, from) => {
    calls += 1;
    assert.ok(!('gone' in state));
    return migrate(state, from);
  };
  const first = listening({ version: 2, migrate: counting });
  assert.deepEqual(plain(first.state), NEW);
  await idle();
  assert.equal(JSON.parse(disk.getItem(KEY)).version, 2);
  first.parley.destroy();
  const before = calls;
  const second = listening({ version: 2, migrate: counting });
  assert.deepEqual(plain(second.state), NEW);
  assert.equal(calls, before);
  second.parley.destroy();
  assert.deepEqual([first.told, second.told], [[], []]);
  // Nothing of the old shape is left to come back.
  assert.doesNotMatch(disk.getItem(KEY), /1815-|"when"/);
});

test('two windows that translate the same agree, and rest', async () => {
  await store(OLD, { version: 1 });
  const network = createTestNetwork();
  const [a, b] = [1, 2].map(() => listening({ network, version: 2, migrate }));
  await network.settle();
  await idle();
  const writes = disk.writes;
  await network.settle();
  await idle();
  assert.equal(disk.writes, writes);
  assert.deepEqual(plain(a.state), NEW);
  assert.deepEqual(plain(b.state), NEW);
  await b.state.setState({ year: 1816 });
  await network.settle();
  assert.equal(a.state.get('year'), 1816);
  a.parley.destroy();
  b.parley.destroy();
});

test('what migrate() changes in place is not mistaken for what was there', async () => {
  await store({ list: [1] }, { version: 1 });
  const inPlace = (state) => {
    state.list.push(2);
    state.added = true;
    return state;
  };
  const { state, parley } = listening({ version: 2, migrate: inPlace });
  assert.deepEqual(plain(state), { list: [1, 2], added: true });
  await idle();
  parley.destroy();
  const next = listening({ version: 2 });
  assert.deepEqual(plain(next.state), { list: [1, 2], added: true });
  next.parley.destroy();
});

test('a newer version without migrate() is left as it is; the state goes on in memory', async () => {
  await store({ a: 1 }, { version: 3 });
  const before = [...disk.items];
  const old = listening({ version: 2, initial: { a: 0 } });
  assert.deepEqual(plain(old.state), { a: 0 });
  await old.state.setState({ a: 2 });
  await idle();
  old.parley.destroy();
  assert.deepEqual([...disk.items], before);
  assert.deepEqual(old.told, [['ERR_SCHEMA_VERSION', 'version', 3]]);
  const again = listening({ version: 3 });
  assert.deepEqual(plain(again.state), { a: 1 });
  again.parley.destroy();
});

test('an older one that cannot be translated is kept aside', async () => {
  const fails = () => {
    throw new Error('of the user');
  };
  for (const failing of [undefined, fails, () => null, () => 5, async (state) => state]) {
    disk = installStorage(new FakeStorage());
    await store({ a: 1 }, { version: 1 });
    const before = disk.getItem(KEY);
    const next = listening({ version: 2, migrate: failing });
    assert.deepEqual(plain(next.state), {});
    await next.state.setState({ b: 1 });
    await idle();
    assert.deepEqual(next.told, [['ERR_SCHEMA_VERSION', 'version', 1]]);
    assert.equal(disk.getItem(`${KEY}:older`), before);
    next.parley.destroy();
    const again = listening({ version: 2 });
    assert.deepEqual(plain(again.state), { b: 1 });
    again.parley.destroy();
  }
});

test('data from before versions were counted', async () => {
  await store({ a: 1 });
  const same = listening({ version: 1 });
  assert.deepEqual([plain(same.state), same.told], [{ a: 1 }, []]);
  same.parley.destroy();
  const counted = listening({ version: 2, migrate: ({ a }, from) => ({ b: [a, from] }) });
  assert.deepEqual(plain(counted.state), { b: [1, 1] }, 'the first version');
  counted.parley.destroy();
  disk.setItem(KEY, JSON.stringify({ a: 1 }));
  const foreign = listening({ version: 2, migrate: ({ a }, from) => ({ b: [a, from] }) });
  assert.deepEqual(plain(foreign.state), { b: [1, 0] });
  await foreign.state.setState({ c: 1 });
  await idle();
  foreign.parley.destroy();
  const next = listening({ version: 2 });
  assert.deepEqual(plain(next.state), { b: [1, 0], c: 1 });
  next.parley.destroy();
});

test('every conflict strategy comes back as it was, and goes on', async () => {
  for (const conflict of ['last-write-wins', 'highest-version', 'merge', 'manual', (mine, theirs) => theirs]) {
    disk = installStorage(new FakeStorage());
    const initial = { count: 0, text: 'initial', object: { x: 0 } };
    const first = open({ persist: KEY, initial, conflict });
    await first.state.setState({ text: 'typed', object: { x: 1, y: [2, 3] } });
    await first.state.increment('count', 3);
    await first.state.transaction(() => void first.state.setState({ together: true, list: ['a'] }));
    await first.state.setState({ gone: 1 });
    await first.state.delete('gone');
    const before = plain(first.state);
    assert.equal(before.count, 3);
    first.parley.destroy();
    const second = open({ persist: KEY, initial, conflict });
    await second.state.ready;
    assert.deepEqual(plain(second.state), before, String(conflict));
    await second.state.increment('count', 2);
    await second.state.setState({ text: 'typed again', object: { x: 1, y: [2, 3, 4] } });
    const after = plain(second.state);
    assert.equal(after.count, 5);
    second.parley.destroy();
    const third = open({ persist: KEY, initial, conflict });
    await third.state.ready;
    assert.deepEqual(plain(third.state), after, String(conflict));
    third.parley.destroy();
  }
});

test('reset empties the storage, and is not undone by windows that could not hear it', async () => {
  const initial = { theme: 'light', list: [1] };
  const a = open({ persist: KEY, initial });
  const b = open({ persist: KEY, initial });
  await a.state.setState({ theme: 'dark', extra: 1 });
  await idle();
  b.state.setState({ other: 1 });
  await idle();
  await a.state.reset();
  assert.deepEqual(plain(a.state), initial);
  assert.equal(disk.getItem(KEY), null);
  b.state.setState({ later: 1 });
  await idle();
  assert.deepEqual(plain(b.state), { ...initial, later: 1 });
  b.parley.destroy();
  a.parley.destroy();
  const next = open({ persist: KEY, initial: { theme: 'new default', list: [1] } });
  assert.deepEqual(plain(next.state), { theme: 'new default', list: [1], later: 1 });
  next.parley.destroy();
});
