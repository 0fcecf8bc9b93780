// A state that is kept: what comes back, what is stored, and what happens when storage does not work.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createTestNetwork, ParleyError, PersistedSyncedState } from '../../pkg/index.js';
import { asyncStorage, FakeStorage, installStorage, open, pause, until } from './persist.lib.mjs';

let disk;
beforeEach(() => {
  disk = installStorage(new FakeStorage());
});

const KEY = 'app';
const stored = () => JSON.parse(disk.getItem(KEY));
const plain = (state) => ({ ...state.getState() });
/** Long enough for an idle write. */
const idle = () => pause(150);

test('a reload goes on with every value as it was', async () => {
  const cycle = { name: 'cycle' };
  cycle.self = cycle;
  const values = {
    text: 'dark \ud800 \u2028 "quoted"\n',
    number: -0,
    nan: NaN,
    big: 12n,
    none: null,
    nested: { list: [1, { deep: true }], __proto__: undefined },
    date: new Date(5),
    map: new Map([[1, new Set(['a'])]]),
    bytes: new Uint8Array([0, 255, 128]),
    holes: [1, , 3],
    inside: { there: undefined },
    cycle,
    ['__proto__']: 'own',
    'nul\0key': 1,
  };
  const first = open({ persist: KEY });
  await first.state.setState(values);
  const before = first.state.getState();
  first.parley.destroy();
  const second = open({ persist: KEY, initial: { text: 'initial', other: 'initial' } });
  const { other, ...after } = second.state.getState();
  assert.equal(other, 'initial');
  assert.deepEqual(after, { ...before });
  assert.ok(Object.is(after.number, -0));
  assert.equal(after.cycle.self, after.cycle);
  assert.deepEqual(second.errors, []);
  second.parley.destroy();
});

test('plain data stands there as it is', async () => {
  const { state, parley } = open({ persist: KEY });
  await state.setState({ theme: 'dark', list: [1, 2] });
  parley.destroy();
  const { records, ...head } = stored();
  assert.equal(typeof head.since, 'number');
  delete head.since;
  assert.deepEqual(head, { 'parley-sync': 1, version: 1 });
  assert.deepEqual(
    records.map(([key, , , value]) => [key, value]),
    [
      ['list', [1, 2]],
      ['theme', 'dark'],
    ],
  );
});

test('initial values are not stored, and a new one shows beside what is stored', async () => {
  const first = open({ persist: KEY, initial: { theme: 'light' } });
  await first.state.setState({ user: 'ada' });
  first.parley.destroy();
  assert.deepEqual(
    stored().records.map(([key]) => key),
    ['user'],
  );
  const second = open({ persist: KEY, initial: { theme: 'blue', added: 1 } });
  assert.deepEqual(plain(second.state), { theme: 'blue', added: 1, user: 'ada' });
  second.parley.destroy();
});

test('a deletion survives a reload', async () => {
  const first = open({ persist: KEY, initial: { user: 'guest', kept: 1 } });
  await first.state.setState({ user: 'ada', kept: 2 });
  await first.state.delete('user');
  first.parley.destroy();
  const second = open({ persist: KEY, initial: { user: 'guest', kept: 1 } });
  assert.deepEqual(plain(second.state), { kept: 2 });
  second.parley.destroy();
});

test('however many changes: few writes, in idle time, and the last value', async () => {
  const { state, parley } = open({ persist: KEY });
  for (let i = 0; i < 500; i++) state.setState({ n: i });
  assert.equal(disk.writes, 0, 'nobody waits for the disk');
  await idle();
  assert.equal(disk.writes, 1);
  assert.equal(stored().records[0][3], 499);
  await idle();
  assert.equal(disk.writes, 1, 'nothing changed, nothing is written');
  parley.destroy();
});

test('destroy stores what waits', () => {
  const { state } = open({ persist: KEY });
  state.setState({ n: 1 });
  state.destroy();
  assert.equal(stored().records[0][3], 1);
});

test('a window that waits for its turn to store does not wait when it ends', async () => {
  const { state, parley } = open({ persist: KEY });
  const locks = { request: () => new Promise(() => {}) };
  Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
  try {
    state.setState({ n: 1 });
    await idle();
    assert.equal(disk.getItem(KEY), null, 'somebody else has the lock');
    parley.destroy();
    assert.equal(stored().records[0][3], 1);
  } finally {
    delete globalThis.navigator;
  }
});

test('only the keys that are named', async () => {
  const first = open({ persist: { key: KEY, keys: ['theme'] } });
  await first.state.setState({ theme: 'dark', secret: 'x' });
  await first.state.delete('secret');
  await first.state.setState({ secret: 'y' });
  first.parley.destroy();
  assert.doesNotMatch([...disk.items.values()].join(), /secret/);
  const second = open({ persist: { key: KEY, keys: ['other'] } });
  assert.deepEqual(plain(second.state), {}, 'what is stored under another key is not read');
  await second.state.setState({ other: 1 });
  second.parley.destroy();
  assert.deepEqual(
    stored()
      .records.map(([key]) => key)
      .sort(),
    ['other', 'theme'],
    'nor erased',
  );
});

test('windows that cannot hear each other keep both what they wrote, and then hold the same', async () => {
  const [a, b] = [open({ persist: KEY }), open({ persist: KEY })];
  await a.state.setState({ a: 1, both: 'first' });
  await pause(5);
  await b.state.setState({ b: 2, both: 'second' });
  await idle();
  a.state.setState({ later: true });
  await idle();
  b.state.setState({ last: true });
  await idle();
  a.state.setState({ last: 'no, this' });
  await idle();
  assert.deepEqual(plain(a.state), { a: 1, b: 2, both: 'second', later: true, last: 'no, this' });
  assert.deepEqual(Object.fromEntries(stored().records.map(([key, , , value]) => [key, value])), plain(a.state));
  a.parley.destroy();
  b.parley.destroy();
  const c = open({ persist: KEY });
  assert.deepEqual(plain(c.state), plain(a.state));
  c.parley.destroy();
});

test('an old window cannot bring back what another deleted while they were apart', async () => {
  const a = open({ persist: KEY });
  await a.state.setState({ x: 'old', y: 'old' });
  await idle();
  const b = open({ persist: KEY });
  await b.state.delete('x');
  await idle();
  a.state.setState({ y: 'new' });
  await idle();
  assert.deepEqual(plain(a.state), { y: 'new' });
  a.parley.destroy();
  b.parley.destroy();
  const c = open({ persist: KEY });
  assert.deepEqual(plain(c.state), { y: 'new' });
  c.parley.destroy();
});

test('what comes from storage is told to listeners as such, and to other windows', async () => {
  const network = createTestNetwork();
  const far = open({ network });
  const storage = asyncStorage(20);
  const before = open({ persist: { key: KEY, storage } });
  await before.state.setState({ x: 'stored' });
  before.parley.destroy();
  await pause(150);
  const near = open({ network, persist: { key: KEY, storage } });
  const origins = [];
  near.state.subscribe((next, previous, change) => origins.push([change.origin, change.keys]));
  await near.state.ready;
  assert.equal(near.state.get('x'), 'stored', 'ready waits for storage');
  assert.deepEqual(origins, [['storage', ['x']]]);
  await network.settle();
  assert.equal(far.state.get('x'), 'stored');
  near.parley.destroy();
  far.parley.destroy();
});

test('what is written before storage has answered wins', async () => {
  const storage = asyncStorage(30);
  const before = open({ persist: { key: KEY, storage } });
  await before.state.setState({ x: 'stored', y: 'stored' });
  before.parley.destroy();
  await pause(200);
  const { state, parley } = open({ persist: { key: KEY, storage } });
  state.setState({ x: 'written' });
  assert.equal(state.get('x'), 'written');
  await state.ready;
  assert.deepEqual(plain(state), { x: 'written', y: 'stored' });
  await pause(250);
  assert.match(storage.items.get(KEY), /"written"/);
  parley.destroy();
});

test('PersistedSyncedState: the class of the tutorials', async () => {
  disk.setItem('myApp:state', JSON.stringify({ theme: 'dark', preferences: { big: true } }));
  const parley = createTestNetwork().createParley();
  const state = new PersistedSyncedState(parley, { theme: 'light', added: 1 }, 'myApp:state');
  assert.equal(state.storageKey, 'myApp:state');
  assert.deepEqual(plain(state), { theme: 'dark', preferences: { big: true }, added: 1 });
  const told = [];
  state.subscribe((next, previous) => told.push([{ ...next }, { ...previous }]));
  const done = state.clear();
  assert.equal(disk.getItem('myApp:state'), null, 'at once');
  assert.deepEqual(plain(state), {});
  await done;
  assert.deepEqual(told, [[{}, { theme: 'dark', preferences: { big: true }, added: 1 }]]);
  await idle();
  assert.equal(disk.getItem('myApp:state'), null);
  await state.setState({ theme: 'blue' });
  parley.destroy();
  assert.match(disk.getItem('myApp:state'), /blue/, 'what is written later is stored again');
  const other = createTestNetwork().createParley();
  assert.equal(new PersistedSyncedState(other, {}).storageKey, 'appState');
  other.destroy();
});

test('clear empties the storage of every window, and an old window cannot undo it', async () => {
  const network = createTestNetwork();
  const parley = network.createParley();
  const [mine, theirs] = [asyncStorage(), asyncStorage()];
  const near = new PersistedSyncedState(parley, {}, 'near');
  const far = open({ network, persist: { key: KEY, storage: theirs } });
  const apart = open({ persist: 'near' });
  await near.ready;
  near.setState({ secret: 'x' });
  await network.settle();
  await until(() => /secret/.test(disk.getItem('near')) && /secret/.test(theirs.items.get(KEY)));
  await apart.state.setState({ apart: 1 });
  await until(() => apart.state.get('secret') === 'x');
  await near.clear();
  await network.settle();
  await until(() => disk.getItem('near') === null && theirs.items.get(KEY) === undefined);
  // A window that could not hear it stores something.
  apart.state.setState({ later: 1 });
  await until(() => /later/.test(disk.getItem('near')) && apart.state.get('secret') === undefined);
  assert.deepEqual(plain(apart.state), { later: 1 });
  assert.doesNotMatch(disk.getItem('near'), /secret|apart/);
  apart.parley.destroy();
  parley.destroy();
  far.parley.destroy();
  void mine;
});

test('after a clear a new window begins with its initial values', async () => {
  const parley = createTestNetwork().createParley();
  const state = new PersistedSyncedState(parley, { theme: 'light' }, KEY);
  await state.setState({ theme: 'dark' });
  await state.clear();
  parley.destroy();
  const next = open({ persist: KEY, initial: { theme: 'light' } });
  assert.deepEqual(plain(next.state), { theme: 'light' });
  await next.state.setState({ theme: 'dark again' });
  next.parley.destroy();
  const last = open({ persist: KEY });
  assert.deepEqual(plain(last.state), { theme: 'dark again' });
  last.parley.destroy();
});

test('what is written right after a clear is stored, however late the storage answers', async () => {
  const storage = asyncStorage(20);
  const persist = { key: KEY, storage };
  const first = open({ persist, initial: { theme: 'light' } });
  await first.state.ready;
  const stored = () => [...storage.items.values()].join();
  first.state.setState({ theme: 'dark', secret: 'x' });
  await until(() => stored().includes('dark'));
  const early = open({ persist });
  early.state._clear();
  early.state.setState({ after: 1 });
  await early.state.ready;
  assert.deepEqual(plain(early.state), { after: 1 }, 'cleared before it was read');
  await until(() => stored().includes('after') && !stored().includes('dark'));
  early.parley.destroy();
  first.parley.destroy();
  const next = open({ persist, initial: { theme: 'light' } });
  await next.state.ready;
  assert.deepEqual(plain(next.state), { theme: 'light', after: 1 });
  assert.doesNotMatch(stored(), /"x"|dark/);
  next.parley.destroy();
});

test('wrong options are named', () => {
  for (const persist of [
    '',
    {},
    { key: 1 },
    { key: '' },
    { key: 'k', storage: 'disk' },
    { key: 'k', storage: {} },
    5,
    null,
  ])
    assert.throws(() => open({ persist }), { code: 'ERR_CONFIG' });
  assert.throws(() => open({ persist: { key: 'k', onError: 1 } }), { code: 'ERR_CONFIG' });
  assert.throws(() => open({ persist: { key: 'k', what: 1 } }), { code: 'ERR_CONFIG' });
  assert.ok(ParleyError);
});
