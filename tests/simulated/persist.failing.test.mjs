// Storage that does not work, and data that is not what was left there: the state goes on, and whoever listens is told once.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createTestNetwork, ParleyError } from '../../pkg/index.js';
import { asyncStorage, FakeStorage, installStorage, open, pause } from './persist.lib.mjs';
import { VirtualTime } from './plain.lib.mjs';

const KEY = 'app';
let disk;
beforeEach(() => {
  disk = installStorage(new FakeStorage());
});

const plain = (state) => ({ ...state.getState() });
const idle = () => pause(150);
const keys = () => JSON.parse(disk.getItem(KEY)).records.map(([key]) => key);

/** A window that notes what its storage says. */
const listening = (persist, rest) => {
  const told = [];
  const onError = (error) => {
    assert.ok(error instanceof ParleyError);
    told.push([error.code, error.details.reason]);
  };
  return { told, ...open({ persist: { key: KEY, onError, ...persist }, ...rest }) };
};

/** It starts with what it was given, works, and tells of this and nothing else. */
const goesOn = async (window, expected, start = {}) => {
  await window.state.ready;
  assert.deepEqual(plain(window.state), start);
  for (let n = 0; n < 3; n++) {
    await window.state.setState({ n });
    await idle();
  }
  assert.equal(window.state.get('n'), 2);
  assert.deepEqual(window.told, expected);
  window.parley.destroy();
  await idle();
  assert.deepEqual(window.told, expected, 'nothing more when it ends');
  assert.deepEqual(window.errors, []);
};

test('no storage at all', async () => {
  installStorage(undefined);
  await goesOn(listening(), [['ERR_STORAGE', 'missing']]);
});

test('no IndexedDB', async () => {
  await goesOn(listening({ storage: 'indexedDB' }), [['ERR_STORAGE', 'missing']]);
});

test('access is denied', async () => {
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get() {
      throw Object.assign(new Error('denied'), { name: 'SecurityError' });
    },
  });
  await goesOn(listening(), [['ERR_STORAGE', 'denied']]);
});

test('access is denied later, and works again', async () => {
  const window = listening();
  await window.state.setState({ a: 1 });
  await idle();
  disk.denied = true;
  await window.state.setState({ b: 1 });
  await idle();
  assert.deepEqual(window.told, [['ERR_STORAGE', 'denied']]);
  disk.denied = false;
  await window.state.setState({ c: 1 });
  await idle();
  assert.deepEqual(keys(), ['a', 'b', 'c']);
  window.parley.destroy();
});

test('full: what was stored stays, and it is tried again', async () => {
  const window = listening();
  await window.state.setState({ small: 1 });
  await idle();
  const before = disk.getItem(KEY);
  disk.room = 500;
  for (let n = 0; n < 3; n++) {
    await window.state.setState({ large: `${n}`.repeat(1000) });
    await idle();
  }
  assert.equal(disk.getItem(KEY), before);
  assert.deepEqual(window.told, [['ERR_STORAGE', 'full']]);
  disk.room = Infinity;
  await window.state.setState({ small: 2 });
  await idle();
  assert.deepEqual(keys(), ['large', 'small']);
  window.parley.destroy();
});

test('a storage of the user that throws or rejects', async () => {
  const throws = () => {
    throw new Error('no');
  };
  const rejects = async () => throws();
  for (const one of [throws, rejects]) {
    await goesOn(listening({ storage: { get: one, set: one, delete: one } }), [['ERR_STORAGE', 'failed']]);
    const storage = { ...asyncStorage(), set: one, delete: one };
    await goesOn(listening({ storage }), [['ERR_STORAGE', 'failed']]);
  }
});

test('a storage of the user that never answers is given up after 2 s', async () => {
  const time = new VirtualTime();
  time.install();
  try {
    const never = () => new Promise(() => {});
    const window = listening({ storage: { get: never, set: never, delete: never } });
    let isReady = false;
    window.state.ready.then(() => (isReady = true));
    window.state.setState({ early: 1 });
    assert.equal(await time.pass(1999, () => isReady), false, 'it may still answer');
    assert.equal(await time.pass(1, () => isReady), true, 'it is given up');
    assert.deepEqual(window.told, [['ERR_STORAGE', 'timeout']]);
    assert.deepEqual(plain(window.state), { early: 1 });
    window.parley.destroy();
  } finally {
    time.restore();
  }
});

test('what a storage answers too late still comes in', async () => {
  const slow = asyncStorage();
  const first = open({ persist: { key: KEY, storage: slow } });
  await first.state.setState({ x: 'stored' });
  first.parley.destroy();
  await idle();
  const get = async (key) => {
    await pause(2300);
    return slow.get(key);
  };
  const window = listening({ storage: { ...slow, get } });
  await window.state.ready;
  assert.equal(window.state.get('x'), undefined);
  await pause(600);
  assert.equal(window.state.get('x'), 'stored');
  window.parley.destroy();
});

test('without a listener it is a system error, and a listener that throws is one too', async () => {
  installStorage(undefined);
  const silent = open({ persist: KEY });
  await silent.state.ready;
  await pause(5);
  assert.deepEqual(
    silent.errors.map(({ code }) => code),
    ['ERR_STORAGE'],
  );
  silent.parley.destroy();
  const bad = new Error('of the listener');
  const throwing = open({
    persist: {
      key: KEY,
      onError() {
        throw bad;
      },
    },
  });
  await throwing.state.ready;
  await pause(5);
  assert.deepEqual(throwing.errors, [bad]);
  throwing.parley.destroy();
});

test('text that is no JSON is kept aside, not overwritten', async () => {
  for (const text of ['{"theme":"da', '', 'undefined', '[object Object]', '[1]', '"text"', '12', 'null']) {
    disk = installStorage(new FakeStorage());
    disk.setItem(KEY, text);
    await goesOn(listening(undefined, { initial: { a: 1 } }), [['ERR_STORAGE', 'corrupt']], { a: 1 });
    assert.equal(disk.getItem(`${KEY}:corrupt`), text);
    assert.deepEqual(keys(), ['n']);
  }
});

test('of a text that was cut off or damaged the rest is read', async () => {
  const first = open({ persist: KEY });
  await first.state.setState({ a: 1, b: new Date(2), c: { deep: [3] }, d: 4 });
  first.parley.destroy();
  const text = disk.getItem(KEY);
  for (const [damaged, left] of [
    [text.slice(0, text.indexOf('"d"')), ['a', 'b', 'c']],
    [text.replace('"deep"', '"deep'), ['a', 'b', 'd']],
    [text.replace('"bytes"', '"other"').replace(/\["b"/, '[7'), ['a', 'c', 'd']],
  ]) {
    disk.setItem(KEY, damaged);
    const window = listening();
    assert.deepEqual(Object.keys(window.state.getState()).sort(), left);
    await idle();
    assert.deepEqual(window.told, [['ERR_STORAGE', 'corrupt']]);
    assert.equal(disk.getItem(`${KEY}:corrupt`), damaged);
    assert.deepEqual(keys(), left, 'and it is whole again');
    window.parley.destroy();
  }
});

test('what a hand-written class stored: older than any write, newer than initial values', async () => {
  disk.setItem(KEY, JSON.stringify({ theme: 'dark', user: { name: 'ada' }, __proto: 1 }));
  const network = createTestNetwork();
  const other = open({ network });
  await other.state.setState({ theme: 'written' });
  const window = listening(undefined, { initial: { theme: 'light', user: null, added: 1 } });
  assert.deepEqual(plain(window.state), { theme: 'dark', user: { name: 'ada' }, added: 1, __proto: 1 });
  window.parley.destroy();
  const near = listening(undefined, { network, initial: { user: null } });
  await network.settle();
  for (const { state } of [near, other])
    assert.deepEqual(plain(state), { theme: 'written', user: { name: 'ada' }, __proto: 1 });
  await idle();
  assert.deepEqual(near.told, []);
  near.parley.destroy();
  other.parley.destroy();
});

test('stamps that cannot be believed: the value shows, and loses to every write', async () => {
  for (const stamp of [2 ** 53 - 2, 2 ** 53 - 1, -5, 0.5, 1e300, null, 'x', -(2 ** 53)]) {
    const text = JSON.stringify({
      'parley-sync': 1,
      version: 0,
      records: [
        ['evil', stamp, 9, 'evil'],
        ['gone', stamp, 9, null, 'deleted'],
      ],
    });
    disk.setItem(KEY, text);
    disk.removeItem(`${KEY}:deleted`);
    const window = listening(undefined, { initial: { gone: 'there' } });
    assert.deepEqual(plain(window.state), { evil: 'evil', gone: 'there' }, `stamp ${stamp}`);
    await window.state.setState({ evil: 'mine' });
    await idle();
    window.parley.destroy();
    const next = listening();
    assert.equal(next.state.get('evil'), 'mine', `stamp ${stamp}`);
    await idle();
    assert.deepEqual([window.told, next.told], [[['ERR_STORAGE', 'clock']], []], `stamp ${stamp}`);
    next.parley.destroy();
  }
});

test('a newer form is left as it is', async () => {
  const text = JSON.stringify({ 'parley-sync': 2, anything: true });
  disk.setItem(KEY, text);
  await goesOn(listening(), [['ERR_SCHEMA_VERSION', 'version']]);
  assert.equal(disk.getItem(KEY), text);
  assert.equal(disk.items.size, 1);
});

test('a value without a form of its own is told of; the others are stored', async () => {
  const window = listening();
  await window.state.setState({ a: 1, blob: new Blob(['x']), z: 2 });
  await idle();
  assert.deepEqual(keys(), ['a', 'z']);
  assert.deepEqual(window.told, [['ERR_STORAGE', 'value']]);
  window.parley.destroy();
});

test('any damage to what is stored: no throw, no foreign key, and the next window is whole', async () => {
  const first = open({ persist: KEY });
  await first.state.setState({ a: 1, b: new Map([[1, 2]]), c: { list: [1, { x: null }] }, d: 'text' });
  await first.state.delete('a');
  await first.state.setState({ a: 2 });
  first.parley.destroy();
  const text = disk.getItem(KEY);
  let seed = 7;
  const below = (n) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  const some = ['"', '[', ']', '{', '}', ',', '\\', '0', '9', '-', 'e', '\n', ' ', 'null', '1e999', '\u0000', 'é', ':'];
  const stored = Object.keys(first.state.getState());
  for (let round = 0; round < 400; round++) {
    let damaged = text;
    for (let n = 1 + below(3); n > 0; n--) {
      const at = below(damaged.length);
      const length = below(4) === 0 ? below(40) : below(2);
      damaged = damaged.slice(0, at) + some[below(some.length)] + damaged.slice(at + length);
    }
    disk.items.clear();
    disk.setItem(KEY, damaged);
    if (below(3) === 0) disk.setItem(`${KEY}:deleted`, damaged);
    const window = listening();
    const seen = plain(window.state);
    await window.state.setState({ mine: round });
    window.state.destroy();
    const next = listening();
    assert.equal(next.state.get('mine'), round, `round ${round}: ${damaged}`);
    assert.deepEqual(plain(next.state), { ...seen, mine: round }, `round ${round}: ${damaged}`);
    assert.equal(Object.getPrototypeOf(next.state.getState()), Object.prototype);
    next.state.destroy();
    assert.doesNotThrow(() => JSON.parse(disk.getItem(KEY)), `round ${round}: whole again`);
    await pause(0);
    assert.deepEqual(next.told, [], `round ${round}: ${damaged}`);
    window.parley.destroy();
    next.parley.destroy();
  }
  assert.deepEqual(stored.sort(), ['a', 'b', 'c', 'd']);
});
