// Windows whose options differ for a key do not exchange that key, agree on all others, and both are told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState, SyncedStore, createTestNetwork } from '../../pkg/index.js';
import '../../pkg/text.js';
import { FakeStorage, installStorage } from './persist.lib.mjs';
import { line, pause, until } from './windows.mjs';

/** A window: its Parley, its state, and the mismatches that it was told of, as `[key, mine, theirs]`. */
const joined = (parley, initial, options) => {
  const errors = [];
  parley.onSystem('system:error', (error) => errors.push(error));
  const state = new SyncedState(parley, initial, { name: 's', ...options });
  const told = () =>
    errors.map(({ code, details }) =>
      code === 'ERR_CONFIG_MISMATCH' ? [details.key, details.mine, details.theirs] : code,
    );
  return { parley, state, errors, told: () => told().sort() };
};

const open = async (t, ...windows) => {
  const network = createTestNetwork({ seed: 5 });
  const add = (initial, options) => joined(network.createParley(), initial, options);
  const all = windows.map((options) => add({}, options));
  t.after(() => all.forEach(({ parley }) => parley.destroy()));
  await network.settle();
  await Promise.all(all.map(({ state }) => state.ready));
  return { network, add, all };
};

/** Every window writes every key; then all is quiet. */
const written = async (network, all, keys, value = (who, key) => `${key} of ${who}`) => {
  for (const [who, { state }] of all.entries()) {
    for (const key of keys) await state.setState({ [key]: value(who, key) });
    await network.settle();
  }
};

const LWW = 'last-write-wins';

test("a deploy that adds 'merge' for a key keeps that key apart, and the others shared", async (t) => {
  const { network, all } = await open(t, { conflict: { k: 'merge' } }, {});
  const [a, b] = all;
  await a.state.setState({ k: { a: 1 }, j: 1 });
  await network.settle();
  await b.state.setState({ k: { b: 2 } });
  await network.settle();
  await a.state.setState({ k: { a: 3 } });
  await network.settle();
  assert.deepEqual(a.state.getState(), { k: { a: 3 }, j: 1 });
  assert.deepEqual(b.state.getState(), { k: { b: 2 }, j: 1 });
  await b.state.setState({ j: 2 });
  await network.settle();
  assert.equal(a.state.get('j'), 2);
  assert.deepEqual(a.told(), [['k', 'merge', LWW]]);
  assert.deepEqual(b.told(), [['k', LWW, 'merge']]);
  assert.equal(a.errors[0].details.name, 's');
  assert.equal(a.errors[0].details.peer.id, b.parley.instanceId);
  assert.match(a.errors[0].message, /'k'.*'s'.*merge.*last-write-wins/);
});

const CASES = [
  [
    'each key with a strategy of its own',
    { conflict: { p: 'merge', q: 'manual', r: 'merge' } },
    { conflict: { p: 'merge', q: 'highest-version' } },
    ['p', 'j'],
    ['q', 'r'],
    [
      ['q', 'manual', 'highest-version'],
      ['r', 'merge', LWW],
    ],
  ],
  [
    'functions fit functions',
    { conflict: { p: (a) => a, q: (a) => a } },
    { conflict: { p: (a) => a, q: 'manual' } },
    ['p', 'j'],
    ['q'],
    [['q', 'function', 'manual']],
  ],
  [
    'records told apart by another property',
    { conflict: { p: { merge: { by: 'id' } }, q: { merge: { by: 'uuid' } } } },
    { conflict: { p: 'merge', q: 'merge' } },
    ['p', 'j'],
    ['q'],
    [['q', 'merge by uuid', 'merge']],
  ],
  [
    'the strategy of keys that are not named',
    { conflict: 'merge' },
    { conflict: { p: 'merge' } },
    ['p'],
    ['q', 'j'],
    [['*', 'merge', LWW]],
  ],
];
for (const [what, mine, theirs, shared, apart, told] of CASES)
  test(`${what}: what fits is shared, the rest is not, and both are told once`, async (t) => {
    const { network, all } = await open(t, mine, theirs);
    const [a, b] = all;
    for (let round = 0; round < 3; round++)
      await written(network, all, [...shared, ...apart], (who, key) => [who, key, round]);
    for (const key of shared) assert.deepEqual(a.state.get(key), b.state.get(key), key);
    for (const key of apart) {
      assert.deepEqual(a.state.get(key), [0, key, 2]);
      assert.deepEqual(b.state.get(key), [1, key, 2]);
    }
    assert.deepEqual(a.told(), told);
    assert.deepEqual(
      b.told(),
      told.map(([key, one, two]) => [key, two, one]),
    );
  });

test('windows that fit are told nothing', async (t) => {
  const options = () => ({ conflict: { k: 'merge', f: (a) => a }, syncedKeys: ['k', 'f', 'j'] });
  const { network, all } = await open(t, options(), options());
  await written(network, all, ['k', 'f', 'j']);
  assert.deepEqual(all[0].state.getState(), all[1].state.getState());
  for (const one of all) assert.deepEqual(one.errors, []);
});

test('syncedKeys that differ: a key that one window keeps to itself is not exchanged, and both are told', async (t) => {
  const { network, all } = await open(t, { syncedKeys: ['a', 'b'] }, { syncedKeys: ['b', 'c'] });
  await written(network, all, ['a', 'b', 'c']);
  const [a, b] = all;
  assert.deepEqual(a.state.getState(), { a: 'a of 0', b: 'b of 1', c: 'c of 0' });
  assert.deepEqual(b.state.getState(), { a: 'a of 1', b: 'b of 1', c: 'c of 1' });
  assert.deepEqual(a.told(), [
    ['a', LWW, 'not synced'],
    ['c', 'not synced', LWW],
  ]);
  assert.deepEqual(b.told(), [
    ['a', 'not synced', LWW],
    ['c', LWW, 'not synced'],
  ]);
});

test('syncedKeys in one window only', async (t) => {
  const { network, all } = await open(t, { syncedKeys: ['a'] }, {});
  await written(network, all, ['a', 'b']);
  assert.deepEqual(all[0].state.getState(), { a: 'a of 1', b: 'b of 0' });
  assert.deepEqual(all[1].state.getState(), { a: 'a of 1', b: 'b of 1' });
  assert.deepEqual(all[0].told(), [['*', 'not synced', LWW]]);
  assert.deepEqual(all[1].told(), [['*', LWW, 'not synced']]);
});

test('a text here and none there', async (t) => {
  const { network, all } = await open(t, { conflict: { text: 'merge' } }, {}, { conflict: { text: 'merge' } });
  const [a, b, c] = all;
  await a.state.setState({ text: 'one two' });
  await until(() => network.settle().then(() => c.state.get('text') === 'one two'));
  await b.state.setState({ text: 'other' });
  await Promise.all([a.state.setState({ text: 'zero one two' }), c.state.setState({ text: 'one two three' })]);
  await network.settle();
  assert.equal(a.state.get('text'), 'zero one two three');
  assert.equal(c.state.get('text'), 'zero one two three');
  assert.equal(b.state.get('text'), 'other');
  assert.deepEqual(b.told(), [
    ['text', LWW, 'merge'],
    ['text', LWW, 'merge'],
  ]);
});

test('of three windows one differs: the two that fit agree on everything', async (t) => {
  for (const odd of [0, 1, 2]) {
    const of = (at) => (at === odd ? { conflict: { k: 'highest-version' } } : {});
    const { network, all } = await open(t, of(0), of(1), of(2));
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        all.map(({ state }, who) => state.setState({ k: [who, round], [`j${who}`]: round, j: [who, round] })),
      );
      await network.settle();
    }
    const [differs, ...fit] = [all[odd], ...all.filter((_, at) => at !== odd)];
    assert.deepEqual(fit[0].state.getState(), fit[1].state.getState());
    assert.deepEqual({ ...differs.state.getState(), k: 0 }, { ...fit[0].state.getState(), k: 0 });
    assert.deepEqual(differs.state.get('k'), [odd, 2]);
    for (const one of fit) assert.deepEqual(one.told(), [['k', LWW, 'highest-version']]);
    assert.deepEqual(differs.told(), [
      ['k', 'highest-version', LWW],
      ['k', 'highest-version', LWW],
    ]);
  }
});

test('in a line of windows a key is not passed through one that differs in it, and all are told', async (t) => {
  const { parleys } = await line(['left', 'middle', 'right']);
  t.after(() => parleys.forEach((parley) => parley.destroy()));
  const options = [{ conflict: { k: 'merge' } }, {}, { conflict: { k: 'merge' } }];
  const all = parleys.map((parley, at) => joined(parley, {}, options[at]));
  await Promise.all(all.map(({ state }) => state.ready));
  const [left, middle, right] = all;
  await left.state.setState({ k: 'left', j: 'left' });
  await until(() => right.state.get('j') === 'left');
  await right.state.setState({ k: 'right', j: 'right' });
  await until(() => left.state.get('j') === 'right');
  assert.deepEqual(
    all.map(({ state }) => state.get('k')),
    ['left', undefined, 'right'],
  );
  assert.deepEqual(
    all.map((one) => one.told().length),
    [1, 2, 1],
  );
  assert.deepEqual(middle.state.get('j'), 'right');
});

for (const [what, between] of [
  ['a window that does', ['middle']],
  ['two windows that do', ['one', 'two']],
])
  test(`${what} not sync a key passes it on between windows that fit, and only between those`, async (t) => {
    for (const right of [{ conflict: { k: 'merge' } }, {}]) {
      const { parleys } = await line(['left', ...between, 'right']);
      t.after(() => parleys.forEach((parley) => parley.destroy()));
      const options = [{ conflict: { k: 'merge' } }, ...between.map(() => ({ syncedKeys: ['j'] })), right];
      const all = parleys.map((parley, at) => joined(parley, {}, options[at]));
      await Promise.all(all.map(({ state }) => state.ready));
      const [first, last] = [all[0], all.at(-1)];
      const pass = async (from, to, value) => {
        await from.state.setState({ k: { [value]: 1 }, m: value });
        await from.state.setState({ j: value });
        await until(() => to.state.get('j') === value && to.state.get('m') === value);
      };
      await pass(first, last, 'left');
      await pass(last, first, 'right');
      for (const { state } of all.slice(1, -1)) assert.equal(state.get('k'), undefined);
      assert.deepEqual(first.state.get('k'), right.conflict ? { right: 1 } : { left: 1 });
      assert.deepEqual(last.state.get('k'), { right: 1 });
      for (const one of [first, last]) assert.ok(one.told().length > 0);
    }
  });

test('a transaction over a key that fits and one that does not', async (t) => {
  const { network, all } = await open(t, { conflict: { k: 'highest-version' } }, {});
  const [a, b] = all;
  await a.state.transaction(() => void a.state.setState({ k: 1, j: 1, i: 1 }));
  await network.settle();
  await b.state.transaction(() => void b.state.setState({ k: 2, j: 2, i: 2 }));
  await network.settle();
  assert.deepEqual(a.state.getState(), { k: 1, j: 2, i: 2 });
  assert.deepEqual(b.state.getState(), { k: 2, j: 2, i: 2 });
  await a.state.setState({ i: 3 }, { ack: 'all' });
  assert.equal(b.state.get('i'), 3);
  await b.state.increment('j');
  await network.settle();
  assert.equal(a.state.get('j'), 3);
});

test('a transaction that is aborted through a key that does not fit aborts no other where that key is missing', async (t) => {
  const { network, all } = await open(t, {}, { conflict: { x: 'merge' } }, {});
  const [a, b, c] = all;
  const clock = Date.now;
  t.after(() => (Date.now = clock));
  let later = 0;
  Date.now = () => clock() + later;
  /** Each write is later than the one before it, whoever wrote that. */
  const write = async ({ state }, values, together = false) => {
    later += 10;
    if (together) await state.transaction(() => void state.setState(values));
    else await state.setState(values);
  };
  network.partition([a.parley], [b.parley], [c.parley]);
  await write(c, { k: 1, i: 1 }, true);
  await write(a, { k: 2, x: 2 }, true);
  await write(c, { x: 3 });
  await write(c, { k: 4 });
  network.heal();
  await network.settle();
  for (const { state } of [a, c]) assert.deepEqual(state.getState(), { k: 4, i: 1, x: 3 });
  assert.deepEqual(b.state.getState(), { k: 4, i: 1 });
  for (const one of [a, c]) assert.deepEqual(one.told(), [['x', LWW, 'merge']]);
});

test('a late window that differs in one key is ready with all others', async (t) => {
  for (const others of [1, 2]) {
    const { network, all } = await open(t, ...Array.from({ length: others }, () => ({})));
    await all[0].state.setState({ k: 1, j: 1 });
    await network.settle();
    const parley = network.createParley();
    t.after(() => parley.destroy());
    await network.settle();
    const late = joined(parley, { k: 0, j: 0 }, { conflict: { k: 'merge' } });
    let atReady;
    late.state.ready.then(() => (atReady = late.state.getState()));
    await network.settle();
    assert.deepEqual(atReady, { k: 0, j: 1 });
    assert.deepEqual(late.told(), Array(others).fill(['k', 'merge', LWW]));
    for (const one of all) assert.deepEqual(one.state.getState(), { k: 1, j: 1 });
  }
});

test('a window that comes back with the option of the others shares the key again', async (t) => {
  const { network, add, all } = await open(t, { conflict: { k: 'merge' } }, {});
  const [a, b] = all;
  await a.state.setState({ k: { a: 1 } });
  await b.state.setState({ k: { b: 1 } });
  await network.settle();
  b.parley.destroy();
  const again = add({}, { conflict: { k: 'merge' } });
  t.after(() => again.parley.destroy());
  await network.settle();
  assert.deepEqual(again.state.getState(), { k: { a: 1 } });
  await again.state.setState({ k: { a: 1, c: 1 } });
  await network.settle();
  assert.deepEqual(a.state.getState(), { k: { a: 1, c: 1 } });
  assert.deepEqual(again.errors, []);
});

test('a state that is made again on the same Parley with fitting options shares the key again, and the other way round', async (t) => {
  const { network, all } = await open(t, { conflict: { k: 'merge' } }, {});
  const [a, b] = all;
  await written(network, all, ['k', 'j']);
  b.state.destroy();
  const fits = new SyncedState(b.parley, {}, { name: 's', conflict: { k: 'merge' } });
  await network.settle();
  assert.deepEqual(fits.getState(), a.state.getState());
  await fits.setState({ k: 'fits' });
  await network.settle();
  assert.equal(a.state.get('k'), 'fits');
  fits.destroy();
  const differs = new SyncedState(b.parley, {}, { name: 's' });
  await network.settle();
  await differs.setState({ k: 'differs', j: 'differs' });
  await network.settle();
  assert.deepEqual(a.state.getState(), { k: 'fits', j: 'differs' });
  // Once a peer and key.
  assert.deepEqual(a.told(), [['k', 'merge', LWW]]);
});

test('a restricted peer that differs: told of what it may read or write, and of nothing else', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const frames = [];
  port2.addEventListener('message', ({ data }) => frames.push(JSON.stringify(data)));
  const [host, guest] = ['host', 'guest'].map((instanceId) => Parley.create({ instanceId, logLevel: 'none' }));
  t.after(() => [host, guest].forEach((parley) => parley.destroy()));
  const grants = { read: ['s.k', 's.m', 's.j'], write: ['s.k', 's.j'] };
  await Promise.all([host.connect(port1, 'guest', { grants }), guest.connect(port2, 'host')]);
  const a = joined(host, { k: 0, j: 0 }, { conflict: { k: 'merge', m: 'merge', hidden: 'merge' } });
  const b = joined(guest, {}, { conflict: { m: 'merge', other: 'merge' } });
  await Promise.all([a.state.ready, b.state.ready]);
  await a.state.setState({ k: 'host', m: 'host', j: 'host', hidden: 1 });
  await until(() => b.state.get('j') === 'host' && b.state.get('m') === 'host');
  await b.state.setState({ k: 'guest', j: 'guest', other: 1 });
  await until(() => a.state.get('j') === 'guest');
  assert.equal(a.state.get('k'), 'host');
  assert.equal(b.state.get('k'), 'guest');
  assert.deepEqual(
    a.told().filter((one) => Array.isArray(one)),
    [['k', 'merge', LWW]],
  );
  assert.deepEqual(
    b.told().filter((one) => Array.isArray(one)),
    [['k', LWW, 'merge']],
  );
  assert.ok(!frames.some((frame) => frame.includes('hidden')));
});

test('stores have nothing to differ in but their version and reducer', async (t) => {
  const network = createTestNetwork();
  const parleys = [network.createParley(), network.createParley()];
  t.after(() => parleys.forEach((parley) => parley.destroy()));
  const reducer = (list = [], { type }) => (type === 'x' ? [...list, list.length] : list);
  const stores = parleys.map(
    (parley, at) => new SyncedStore(parley, reducer, undefined, { checkpointEvery: [2, 1000][at] }),
  );
  await network.settle();
  for (let n = 0; n < 20; n++) stores[n % 2].dispatch({ type: 'x' });
  await network.settle();
  assert.equal(stores[0].getState().length, 20);
  assert.deepEqual(stores[0].getState(), stores[1].getState());
});

test('windows on one storage do not exchange through it what they do not exchange otherwise', async (t) => {
  installStorage(new FakeStorage());
  t.after(() => installStorage(undefined));
  const options = { persist: 'app' };
  const { network, add, all } = await open(t, { ...options, conflict: { k: 'highest-version' } }, options);
  const [a, b] = all;
  const stores = (text) => until(() => globalThis.localStorage.getItem('app')?.includes(text));
  await a.state.setState({ k: 'of a' });
  await network.settle();
  await b.state.setState({ k: 'of b' });
  await stores('of b');
  // Whoever stores something reads what is there.
  await a.state.setState({ j: 'of a' });
  await network.settle();
  await stores('of a');
  await pause(200);
  assert.deepEqual(a.state.getState(), { k: 'of a', j: 'of a' });
  assert.deepEqual(b.state.getState(), { k: 'of b', j: 'of a' });
  for (const { parley } of all) parley.destroy();
  const again = add({}, options);
  t.after(() => again.parley.destroy());
  await again.state.ready;
  assert.deepEqual(again.state.getState(), { k: 'of b', j: 'of a' });
});
