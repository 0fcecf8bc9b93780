// Clocks that are set while windows live, or that are wrong: windows agree, whatever a clock shows.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Leader, Parley, Presence, SyncedState, createTestNetwork } from '../../pkg/index.js';
import { FakeStorage, installStorage } from './persist.lib.mjs';
import { add, inNetwork, items } from './stores.mjs';
import { line, until } from './windows.mjs';

const real = Date.now;
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const JUMPS = [2_000, -2_000, 7 * 60_000, HOUR, -HOUR, YEAR, -YEAR, 30 * YEAR, -60 * YEAR, 7974 * YEAR];

/** The clock of this process is off by so many milliseconds from now on. */
const setClock = (ms) => {
  Date.now = () => real() + ms;
};
afterEach(() => setClock(0));

const at = (ms, act) => {
  setClock(ms);
  try {
    return act();
  } finally {
    setClock(0);
  }
};

const watched = (parley) => {
  const refused = [];
  parley.onSystem('system:rejected', (rejection) => refused.push(rejection));
  return refused;
};

for (const jump of JUMPS) {
  test(`a clock off by ${jump} ms when it wrote, and set right: newcomers hear it, and are heard`, async () => {
    const network = createTestNetwork();
    const first = network.createParley();
    const refused = watched(first);
    const old = at(jump, () => new SyncedState(first, { x: 0 }));
    await network.settle();
    at(jump, () => old.setState({ x: 'written with the wrong clock', y: 1 }));
    const later = network.createParley();
    refused.push(...watched(later));
    const fresh = new SyncedState(later, { x: 0 });
    await network.settle();
    assert.equal(fresh.get('x'), 'written with the wrong clock');
    fresh.setState({ x: 'fresh' });
    await network.settle();
    assert.equal(old.get('x'), 'fresh');
    old.setState({ x: 'old', y: 2 });
    await network.settle();
    assert.deepEqual({ ...fresh.getState() }, { x: 'old', y: 2 });
    assert.deepEqual(refused, []);
    first.destroy();
    later.destroy();
  });

  test(`what is stored was written by a clock off by ${jump} ms: every write of today is later`, async () => {
    installStorage(new FakeStorage());
    const before = createTestNetwork().createParley();
    at(jump, () => {
      const state = new SyncedState(before, { x: 0 }, { persist: 'kept' });
      state.setState({ x: 'stored', y: 1 });
      before.destroy();
    });
    const network = createTestNetwork();
    const windows = ['a', 'b'].map((instanceId) => {
      const parley = network.createParley({ instanceId });
      return { parley, state: new SyncedState(parley, { x: 0 }, { persist: 'kept' }) };
    });
    await network.settle();
    for (const { state } of windows) assert.deepEqual({ ...state.getState() }, { x: 'stored', y: 1 });
    windows[1].state.setState({ x: 'today' });
    await network.settle();
    for (const { state } of windows) assert.equal(state.get('x'), 'today');
    for (const { parley } of windows) parley.destroy();
    const last = createTestNetwork().createParley();
    assert.equal(new SyncedState(last, {}, { persist: 'kept' }).get('x'), 'today');
    last.destroy();
    installStorage(undefined);
  });

  inNetwork(`a store whose windows' clocks are off by ${jump} ms, one after the other`, async (network, open) => {
    const first = at(jump, () => open());
    await network.settle();
    at(jump, () => first.store.dispatch(add('wrong')));
    const second = open();
    await network.settle();
    second.store.dispatch(add('right'));
    await network.settle();
    first.store.dispatch(add('set right'));
    await network.settle();
    for (const view of [first, second]) {
      assert.deepEqual(items(view), ['wrong', 'right', 'set right']);
      assert.deepEqual(view.rejected, []);
    }
  });

  test(`a restricted peer whose clock is off by ${jump} ms`, async () => {
    const [parent, child] = [Parley.create({ instanceId: 'p' }), Parley.create({ instanceId: 'c' })];
    const { port1, port2 } = new MessageChannel();
    const refused = watched(parent);
    await Promise.all([
      parent.connect(port1, 'c', { grants: { read: ['state.*'], write: ['state.open'] } }),
      child.connect(port2, 'p'),
    ]);
    const state = new SyncedState(parent, { open: 0, shut: 0 });
    const theirs = at(jump, () => new SyncedState(child, {}));
    await until(() => theirs.get('shut') === 0);
    at(jump, () => void theirs.setState({ open: 'guest' }));
    await until(() => state.get('open') === 'guest');
    await state.setState({ open: 'host', shut: 'host' });
    await until(() => theirs.get('open') === 'host' && theirs.get('shut') === 'host');
    at(-jump, () => void theirs.setState({ open: 'guest again' }));
    await until(() => state.get('open') === 'guest again');
    assert.deepEqual(refused, []);
    parent.destroy();
    child.destroy();
  });
}

test('a write before a wrong time was heard of does not lose to it', async () => {
  const network = createTestNetwork();
  const first = network.createParley();
  const old = new SyncedState(first, {});
  await network.settle();
  at(YEAR, () => old.setState({ theme: 'wrong' }));
  await network.settle();
  const later = network.createParley();
  const fresh = new SyncedState(later, {});
  fresh.setState({ theme: 'chosen' });
  await network.settle();
  for (const state of [old, fresh]) assert.equal(state.get('theme'), 'chosen');
  first.destroy();
  later.destroy();
});

test('a deadline is reached though the clock is set back, and not because it is set forward', async () => {
  const { parleys } = await line(['a', 'b']);
  const [a, b] = parleys;
  b.on('never', () => new Promise(() => {}));
  b.on('soon', () => new Promise((done) => setTimeout(done, 50, 'answered')));
  const never = a.send('never', null, { targetId: 'b', timeout: 100 });
  const soon = a.send('soon', null, { targetId: 'b', timeout: 60_000 });
  setClock(-HOUR);
  await assert.rejects(never, { code: 'ERR_TIMEOUT' });
  const other = a.send('soon', null, { targetId: 'b', timeout: 60_000 });
  setClock(HOUR);
  assert.deepEqual(await Promise.all([soon, other]), ['answered', 'answered']);
  for (const parley of parleys) parley.destroy();
});

test('presence and leadership over clocks that jump', async () => {
  const { parleys } = await line(['a', 'b', 'c']);
  const presences = parleys.map((parley, n) => at(JUMPS[n + 3], () => new Presence(parley, { n })));
  const leaders = parleys.map((parley, n) => at(JUMPS[n + 5], () => new Leader(parley)));
  for (const jump of [HOUR, -HOUR, YEAR]) {
    setClock(jump);
    presences[0].set({ n: jump });
    const sees = (presence) => [...presence.others.values()].some(({ n }) => n === jump);
    await until(() => presences.slice(1).every(sees));
    await until(() => leaders.filter((leader) => leader.isLeader).length === 1);
  }
  for (const parley of parleys) parley.destroy();
});
