// Each class with the constructor and the methods of hand-written ones; and all of them share one state by its name.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  DebouncedSyncedState,
  DiffSyncedState,
  OptimisticSyncedState,
  Parley,
  PersistedSyncedState,
  SlicedSyncedState,
  SyncedState,
  createTestNetwork,
} from '../../pkg/index.js';
import { pause, until } from './windows.mjs';

const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

/** A network whose windows end with the test. */
const inNetwork = (name, run, options) =>
  test(name, async () => {
    const network = createTestNetwork(options);
    const parleys = [];
    const window = () => {
      const parley = network.createParley();
      parleys.push(parley);
      return parley;
    };
    try {
      await run(window, network);
    } finally {
      for (const parley of parleys) parley.destroy();
    }
  });

inNetwork('windows of different classes share one state', async (window, network) => {
  const initial = () => ({ x: 0, y: 0 });
  const all = [
    new SyncedState(window(), initial()),
    new OptimisticSyncedState(window(), initial()),
    new DebouncedSyncedState(window(), initial(), 20),
    new PersistedSyncedState(window(), initial(), 'key'),
    new DiffSyncedState(window(), initial()),
    new SlicedSyncedState(window(), { initialState: initial(), syncedKeys: ['x', 'y'] }),
  ];
  await network.settle();
  for (const [at, state] of all.entries()) {
    if (state instanceof SlicedSyncedState) await state.setValue('x', at);
    else await state.setState({ x: at });
    await network.settle();
    for (const other of all)
      assert.equal(other.getState().x, at, `${state.constructor.name} -> ${other.constructor.name}`);
  }
});

inNetwork('a class of the user: what it overrides is called, what it adds is there', async (window, network) => {
  class Settings extends SyncedState {
    constructor(parley) {
      super(parley, { theme: 'light' }, { name: 'settings' });
      this.log = [];
      this.subscribe((now) => this.log.push(now.theme));
    }
    setState(updates, options) {
      return super.setState({ ...updates, by: 'Settings' }, options);
    }
    get isDark() {
      return this.getState().theme === 'dark';
    }
  }
  const [one, two] = [new Settings(window()), new Settings(window())];
  await network.settle();
  await one.setState({ theme: 'dark' });
  await network.settle();
  assert.ok(two.isDark && two instanceof Settings && two instanceof SyncedState);
  assert.deepEqual([two.log, two.get('by')], [['dark'], 'Settings']);
  for (const method of ['getState', 'subscribe', 'applyRemoteUpdate', 'increment', 'flush'])
    assert.equal(typeof two[method], 'function');
});

inNetwork('Sliced: only the named keys leave; listeners are for one key each', async (window, network) => {
  const config = () => ({
    initialState: { theme: 'light', user: null, localCache: {} },
    syncedKeys: ['theme', 'user'],
  });
  const [a, b] = [new SlicedSyncedState(window(), config()), new SlicedSyncedState(window(), config())];
  await network.settle();
  const told = [];
  const off = b.subscribe('theme', (now, before) => told.push([now, before]));
  await a.setValue('theme', 'dark');
  await a.setValue('localCache', { data: '...' });
  await network.settle();
  assert.deepEqual(
    [b.getValue('theme'), b.getValue('localCache'), a.getValue('localCache')],
    ['dark', {}, { data: '...' }],
  );
  off();
  b.updateSlice('theme', 'remote');
  await pause(5);
  assert.deepEqual([told, b.getState().theme, a.getState().theme], [[['dark', 'light']], 'remote', 'dark']);
  a.destroy();
  await assert.rejects(a.setValue('theme', 'x'), { code: 'ERR_DESTROYED' });
});

test('Sliced: what is passed in as the initial state is copied', async () => {
  const parleys = [createTestNetwork().createParley(), createTestNetwork().createParley()];
  const initialState = { list: [1], n: 0 };
  const [a, b] = parleys.map((parley) => new SlicedSyncedState(parley, { initialState, syncedKeys: ['list', 'n'] }));
  await a.setValue('n', 1);
  initialState.list.push(2);
  initialState.n = 7;
  assert.deepEqual(
    [a.getState(), b.getState(), initialState],
    [
      { list: [1], n: 1 },
      { list: [1], n: 0 },
      { list: [1, 2], n: 7 },
    ],
  );
  for (const parley of parleys) parley.destroy();
});

inNetwork(
  'Sliced: user and token written together, token edited elsewhere: together or not at all',
  async (window, network) => {
    const open = () => {
      const parley = window();
      const config = { initialState: { user: 'bob', token: 'of bob' }, syncedKeys: ['user', 'token'] };
      return { parley, state: new SlicedSyncedState(parley, config) };
    };
    const [a, b] = [open(), open()];
    await network.settle();
    network.partition([a.parley], [b.parley]);
    a.state.setValue('user', 'eve');
    await a.state.setValue('token', 'of eve');
    await pause(3);
    await b.state.setValue('token', 'of bob, renewed');
    network.heal();
    await network.settle();
    for (const { state } of [a, b]) assert.deepEqual(state.getState(), { user: 'bob', token: 'of bob, renewed' });
  },
);

inNetwork('Debounced: applied here at once, sent when it is quiet, or by flushUpdates()', async (window, network) => {
  const [a, b] = [new DebouncedSyncedState(window(), { n: 0 }, 40), new DebouncedSyncedState(window(), { n: 0 })];
  await network.settle();
  const writes = [1, 2, 3].map((n) => a.setState({ n }));
  await pause(5);
  assert.deepEqual([a.get('n'), b.get('n')], [3, 0]);
  await Promise.all(writes);
  await until(() => b.get('n') === 3);
  a.setState({ n: 4 });
  await a.flushUpdates();
  await until(() => b.get('n') === 4);
});

inNetwork('Debounced: who waits to send never reverts what others wrote meanwhile', async (window, network) => {
  const [a, b] = [new DebouncedSyncedState(window(), { x: 0, y: 0 }, 60), new SyncedState(window(), { x: 0, y: 0 })];
  await network.settle();
  const waiting = a.setState({ x: 'waiting', y: 1 });
  await pause(5);
  await b.setState({ x: 'newer' });
  await until(() => a.get('x') === 'newer');
  await waiting;
  await network.settle();
  for (const state of [a, b]) assert.deepEqual(state.getState(), { x: 'newer', y: 1 });
});

test('Debounced: what waits is sent when the state or its Parley ends', async () => {
  const [parley, other] = [Parley.create(), Parley.create()];
  const { port1, port2 } = new MessageChannel();
  await Promise.all([parley.connect(port1), other.connect(port2)]);
  const open = () => new DebouncedSyncedState(parley, { n: 0, m: 0 }, 60_000);
  const b = new SyncedState(other, { n: 0, m: 0 });
  const a = open();
  await Promise.all([a.ready, b.ready]);
  a.setState({ n: 1 }).catch(() => {});
  a.destroy();
  await until(() => b.get('n') === 1);
  const again = open();
  await again.ready;
  again.setState({ m: 1 }).catch(() => {});
  parley.destroy();
  await until(() => b.get('m') === 1);
  other.destroy();
});

test('Debounced: a broadcast that fails in the flush: the writes are kept and sent later, nothing is unhandled', async () => {
  const sent = [];
  let fails = true;
  const messenger = {
    on() {},
    broadcast(type, payload) {
      if (fails) return Promise.reject(new Error('no wire'));
      sent.push(payload);
      return Promise.resolve();
    },
  };
  const state = new DebouncedSyncedState(messenger, {}, 5);
  await assert.rejects(state.setState({ x: 1 }), /no wire/);
  assert.equal(state.get('x'), 1);
  fails = false;
  await state.setState({ y: 1 });
  assert.ok(sent.length > 0);
  state.destroy();
});

inNetwork('Diff: what changes nothing is not sent; a deep change is', async (window, network) => {
  const [parley, b] = [window(), new DiffSyncedState(window(), {})];
  const a = new DiffSyncedState(parley, {});
  await network.settle();
  const items = [1];
  await a.setState({ items, nan: NaN, zero: -0, deep: { list: [1, { two: 2 }] } });
  await network.settle();
  let sent = 0;
  const { broadcast } = parley;
  parley.broadcast = function (...args) {
    sent++;
    return broadcast.apply(this, args);
  };
  await a.setState({ nan: NaN, zero: -0, deep: { list: [1, { two: 2 }] } });
  assert.equal(sent, 0);
  items.push(2);
  await a.setState({ items });
  await network.settle();
  assert.deepEqual([sent, b.get('items')], [1, [1, 2]]);
});
