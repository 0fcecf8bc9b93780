// Storage that somebody else emptied: what was stored counts as deleted, and does not come back.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createTestNetwork } from '../../pkg/index.js';
import { asyncStorage, FakeStorage, installStorage, open, pause } from './persist.lib.mjs';

const KEY = 'app';
let disk;
beforeEach(() => {
  disk = installStorage(new FakeStorage());
});

const plain = (state) => ({ ...state.getState() });
const until = async (condition, what) => {
  for (let n = 0; n < 2000; n++) {
    if (await condition()) return;
    await pause(5);
  }
  assert.fail(`never: ${what}`);
};
const all = () => [...disk.items.values()].join('\n');
/** Until that text is stored, or no longer. */
const stored = (text) => until(() => all().includes(text), `${text} is stored`);
const notes = (state) => {
  const told = [];
  state.subscribe((next, before, change) => told.push([change.origin, [...change.keys].sort()]));
  return told;
};

/** The ways in which an application empties storage. */
const WAYS = {
  clear: () => disk.items.clear(),
  removeItem: () => disk.removeItem(KEY),
  'an empty object': () => disk.setItem(KEY, '{}'),
  'no text': () => disk.setItem(KEY, ''),
};

for (const [how, empty] of Object.entries(WAYS)) {
  test(`${how}, then a write: the token is gone in every window, and is told`, async () => {
    const network = createTestNetwork();
    const near = open({ network, initial: { theme: 'light' }, persist: { key: KEY, onError() {} } });
    const far = open({ network });
    await near.state.setState({ token: 'secret', other: 1, gone: 1 });
    await near.state.delete('gone');
    await stored('secret');
    await network.settle();
    const [here, there] = [notes(near.state), notes(far.state)];
    empty();
    await near.state.setState({ user: null });
    await stored('user');
    assert.deepEqual(plain(near.state), { theme: 'light', user: null });
    await network.settle();
    assert.deepEqual(plain(far.state), plain(near.state));
    assert.doesNotMatch(all(), /secret/);
    assert.deepEqual(here, [
      ['local', ['user']],
      ['storage', ['other', 'token']],
    ]);
    assert.deepEqual(there.flatMap(([origin, keys]) => keys.map((key) => `${origin} ${key}`)).sort(), [
      'remote other',
      'remote token',
      'remote user',
    ]);
    near.parley.destroy();
    far.parley.destroy();
    assert.doesNotMatch(all(), /secret/, 'nor at the end');
    const next = open({ persist: KEY, initial: { theme: 'new', token: 'initial' } });
    assert.deepEqual(plain(next.state), { theme: 'new', token: 'initial', user: null }, 'it begins anew');
    next.parley.destroy();
  });
}

test('without any write it is noticed too', async () => {
  const { state, parley } = open({ persist: KEY });
  await state.setState({ token: 'secret' });
  await stored('secret');
  const told = notes(state);
  disk.items.clear();
  await until(() => !state.get('token'), 'the token goes');
  assert.deepEqual(told, [['storage', ['token']]]);
  parley.destroy();
  assert.doesNotMatch(all(), /secret/);
});

test('emptied in the last moment: the end does not store what was removed', async () => {
  const { state, parley } = open({ persist: KEY });
  await state.setState({ token: 'secret' });
  await stored('secret');
  disk.items.clear();
  state.setState({ later: 1 });
  parley.destroy();
  assert.doesNotMatch(all(), /secret/);
  const next = open({ persist: KEY });
  assert.deepEqual(plain(next.state), { later: 1 });
  next.parley.destroy();
});

test('what was written and was not stored when the storage was emptied stays', async () => {
  const { state, parley } = open({ persist: KEY });
  await state.setState({ token: 'old', kept: 1 });
  await stored('old');
  disk.items.clear();
  await state.setState({ token: 'of the next login' });
  await stored('next login');
  assert.deepEqual(plain(state), { token: 'of the next login' });
  parley.destroy();
});

test('a value that was never stored is not removed: the storage was full', async () => {
  const told = [];
  const onError = ({ details }) => told.push(details.reason);
  const { state, parley } = open({ persist: { key: KEY, onError } });
  await state.setState({ small: 1 });
  await stored('small');
  disk.room = 200;
  await state.setState({ large: 'x'.repeat(1000) });
  await until(() => told.length === 1, 'it is told');
  assert.deepEqual(told, ['full']);
  disk.items.clear();
  disk.room = Infinity;
  await state.setState({ more: 1 });
  await stored('more');
  assert.deepEqual(Object.keys(plain(state)).sort(), ['large', 'more']);
  assert.match(all(), /xxx/);
  parley.destroy();
});

test('a storage that cannot be read was not emptied', async () => {
  const { state, parley } = open({ persist: { key: KEY, onError() {} } });
  await state.setState({ token: 'kept' });
  await stored('kept');
  disk.denied = true;
  await state.setState({ n: 1 });
  await pause(150);
  disk.denied = false;
  await state.setState({ n: 2 });
  await stored('"n"');
  assert.deepEqual(plain(state), { token: 'kept', n: 2 });
  parley.destroy();
});

test('clear() and reset() of a window are no removal in another, and a state can end without values', async () => {
  const [a, b] = [open({ persist: KEY, initial: { theme: 'light' } }), open({ persist: KEY })];
  await a.state.setState({ theme: 'dark', x: 1 });
  await stored('dark');
  await b.state.setState({ b: 1 });
  await until(() => b.state.get('x') === 1, 'b reads');
  await a.state.delete('x', 'b');
  await a.state.reset();
  await until(() => disk.getItem(KEY) === null, 'no value is left');
  const told = notes(b.state);
  await b.state.setState({ later: 1 });
  await stored('later');
  assert.deepEqual(plain(b.state), { theme: 'light', later: 1 });
  assert.ok(told.every(([origin, keys]) => origin === 'local' || keys.every((key) => key !== 'later')));
  a.parley.destroy();
  b.parley.destroy();
});

test('a window that was away when the storage was emptied and begun anew', async () => {
  const away = open({ persist: KEY });
  await away.state.setState({ token: 'secret', both: 'old' });
  await stored('secret');
  await pause(100);
  disk.items.clear();
  const fresh = open({ persist: KEY });
  await fresh.state.setState({ login: 'new', both: 'new' });
  await stored('login');
  // An hour passed.
  const later = disk.getItem(KEY).replace(/"since":(\d+)/, (_, since) => `"since":${Number(since) + 3_600_000}`);
  disk.setItem(KEY, later);
  await away.state.setState({ back: 1 });
  await stored('back');
  assert.deepEqual(plain(away.state), { login: 'new', both: 'new', back: 1 });
  assert.doesNotMatch(all(), /secret/);
  away.parley.destroy();
  fresh.parley.destroy();
  assert.doesNotMatch(all(), /secret/);
});

test('a window of an older version of this package, which does not say when the storage was begun, removes nothing', async () => {
  const { state, parley } = open({ persist: KEY });
  await state.setState({ a: 1, b: 2 });
  await stored('"b"');
  await pause(100);
  disk.setItem(
    KEY,
    disk
      .getItem(KEY)
      .replace(/,"since":\d+/, '')
      .replace(/\["a".*\n/, ''),
  );
  await state.setState({ c: 3 });
  await stored('"c"');
  assert.deepEqual(plain(state), { a: 1, b: 2, c: 3 });
  assert.match(all(), /"a"/);
  parley.destroy();
});

test('merged, counted and transactional values go as a whole, and can be written again', async () => {
  const network = createTestNetwork();
  const conflict = { session: 'merge', tags: 'merge', manual: 'manual', seen: 'highest-version' };
  const near = open({ network, conflict, persist: KEY });
  const far = open({ network, conflict });
  await near.state.setState({
    session: { token: 'secret', at: 1 },
    tags: ['x'],
    manual: 'secret',
    seen: 'secret',
  });
  await near.state.transaction(() => {
    near.state.setState({ one: 'secret', two: 'secret' });
  });
  near.state.increment('count');
  await network.settle();
  far.state.setState({ session: { ...far.state.get('session'), by: 'far' } });
  await network.settle();
  await stored('far');
  await pause(100);
  disk.items.clear();
  await near.state.setState({ last: 1 });
  await stored('last');
  await network.settle();
  for (const { state } of [near, far]) assert.deepEqual(plain(state), { last: 1 });
  assert.doesNotMatch(all(), /secret/);
  near.state.setState({ session: { token: 'again' }, tags: ['again'], manual: 'again', seen: 'again' });
  far.state.increment('count', 2);
  await network.settle();
  for (const { state } of [near, far]) {
    assert.deepEqual(plain(state), {
      last: 1,
      session: { token: 'again' },
      tags: ['again'],
      manual: 'again',
      seen: 'again',
      count: 2,
    });
  }
  near.parley.destroy();
  far.parley.destroy();
});

for (const [kind, make] of [
  ['that answers later', () => asyncStorage()],
  [
    'that answers at once',
    () => {
      const items = new Map();
      return {
        items,
        get: (key) => items.get(key),
        set: (key, value) => void items.set(key, value),
        delete: (key) => void items.delete(key),
      };
    },
  ],
]) {
  test(`a storage of the user ${kind}`, async () => {
    const storage = make();
    const has = (text) => [...storage.items.values()].join().includes(text);
    const { state, parley, errors } = open({ persist: { key: KEY, storage } });
    await state.ready;
    await state.setState({ token: 'secret' });
    await until(() => has('secret'), 'stored');
    await pause(50);
    const told = notes(state);
    storage.items.clear();
    await state.setState({ user: null });
    await until(() => has('user'), 'stored');
    assert.deepEqual(plain(state), { user: null });
    assert.equal(has('secret'), false);
    assert.deepEqual(told.at(-1), ['storage', ['token']]);
    parley.destroy();
    assert.deepEqual(errors, []);
  });
}

test('a storage that stores nothing and says nothing is not taken for one that was emptied', async () => {
  const storage = { get: () => undefined, set() {}, delete() {} };
  const { state, parley } = open({ persist: { key: KEY, storage } });
  for (let n = 0; n < 4; n++) {
    await state.setState({ [`k${n}`]: n });
    await pause(100);
  }
  assert.deepEqual(plain(state), { k0: 0, k1: 1, k2: 2, k3: 3 });
  parley.destroy();
});

test('only the keys that are stored are removed', async () => {
  const { state, parley } = open({ persist: { key: KEY, keys: ['token'] } });
  await state.setState({ token: 'secret', memory: 1 });
  await stored('secret');
  await pause(50);
  disk.items.clear();
  await until(() => !state.get('token'), 'the token goes');
  assert.deepEqual(plain(state), { memory: 1 });
  parley.destroy();
});
