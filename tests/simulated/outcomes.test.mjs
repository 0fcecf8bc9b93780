// What becomes of a write that somebody waits for: acknowledged, taken back, or kept and sent later.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OptimisticSyncedState, SyncedState } from '../../pkg/index.js';
import { inNetwork } from './lib.mjs';
import { VirtualTime } from './plain.lib.mjs';
import { until } from './windows.mjs';

// A Parley keeps no process alive, and what is waited for here is the network's.
const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

/** One end of a messenger that fails while it is told to. */
const bus = () => {
  const heard = new Map();
  const end = {
    failing: null,
    other: null,
    on: (type, handler) => void heard.set(type, handler),
    hear: (type, payload) => heard.get(type)?.(payload),
    broadcast(type, payload) {
      if (end.failing) return end.failing();
      setImmediate(() => end.other?.hear(type, structuredClone(payload)));
      return undefined;
    },
  };
  return end;
};
const throwing = () => {
  throw new Error('no wire');
};
const rejecting = () => Promise.reject(new Error('no wire'));

inNetwork(
  "ack 'all' resolves when every peer has applied it",
  async (w) => {
    const time = new VirtualTime();
    time.install();
    try {
      const [a, b, c] = [w.open({ x: 0 }), w.open({ x: 0 }), w.open({ x: 0 })];
      await w.settle();
      await time.pass(1000);
      // From here on time stands still, so the states' comparison, which a timer begins, cannot be what resolves it.
      let acknowledged = false;
      const done = a.state.setState({ x: 1 }, { ack: 'all' }).then(() => (acknowledged = true));
      assert.equal(a.state.get('x'), 1, 'at once, here');
      for (let turns = 0; turns < 20_000 && !acknowledged; turns++) await time.pass(0);
      assert.equal(acknowledged, true, 'by what the peers answer, not by a later comparison');
      await done;
      assert.deepEqual([b.state.get('x'), c.state.get('x')], [1, 1]);
    } finally {
      time.restore();
    }
  },
  // No frame overtakes another.
  { latency: [0, 0] },
);

inNetwork(
  "ack 'all' over a wire that loses half of what it carries",
  async (w) => {
    const [a, b] = [w.open(), w.open()];
    await w.settle();
    const done = a.state.setState({ x: 1 }, { ack: 'all', timeout: 20_000 });
    await w.settle();
    await done;
    assert.equal(b.state.get('x'), 1);
  },
  { seed: 5, loss: 0.5 },
);

inNetwork("ack 'all' with nobody there", async (w) => {
  const a = w.open();
  await w.network.settle();
  await a.state.setState({ x: 1 }, { ack: 'all' });
});

inNetwork('a partition: ERR_TIMEOUT, and the write stays unless its rollback was asked for', async (w) => {
  const [a, b] = [w.open({ x: 0, y: 0 }), w.open({ x: 0, y: 0 })];
  await w.settle();
  w.network.partition([a.parley], [b.parley]);
  await assert.rejects(a.state.setState({ x: 1 }, { ack: 'all', timeout: 30 }), {
    code: 'ERR_TIMEOUT',
    name: 'TimeoutError',
  });
  assert.equal(a.state.get('x'), 1);
  const failed = a.state.setState({ y: 1 }, { ack: 'all', timeout: 30, rollbackOnError: true });
  await assert.rejects(failed, { code: 'ERR_TIMEOUT' });
  assert.deepEqual(a.state.getState(), { x: 1, y: 0 });
  w.network.heal();
  await w.settle();
  assert.deepEqual(b.state.getState(), { x: 1, y: 0 });
});

inNetwork('a peer that goes away is waited for no longer', async (w) => {
  const [a, b] = [w.open(), w.open()];
  await w.settle();
  w.network.partition([a.parley], [b.parley]);
  const done = a.state.setState({ x: 1 }, { ack: 'all', timeout: 5000 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  w.close(b);
  const late = new Promise((resolve) => setTimeout(resolve, 1000, 'late').unref());
  assert.notEqual(await Promise.race([done, late]), 'late');
});

inNetwork('a rollback undoes just that write, everywhere, and never a later one', async (w) => {
  const [a, b, c] = [w.open({ x: 0, y: 0 }), w.open({ x: 0, y: 0 }), w.open({ x: 0, y: 0 })];
  await w.settle();
  // c cannot be reached: b has the write, and has to give it back.
  w.network.partition([a.parley, b.parley], [c.parley]);
  const failed = a.state.setState({ x: 1, y: 1 }, { ack: 'all', timeout: 1500, rollbackOnError: true });
  await Promise.all([
    assert.rejects(failed, { code: 'ERR_TIMEOUT' }),
    (async () => {
      await w.network.settle();
      assert.deepEqual(b.state.getState(), { x: 1, y: 1 });
      await b.state.setState({ y: 'later' });
    })(),
  ]);
  w.network.heal();
  await w.settle();
  assert.deepEqual(c.state.getState(), { x: 0, y: 'later' });
});

inNetwork('listeners of a rollback get (restored, what it was); its origin says so', async (w) => {
  const [a, b] = [w.open({ x: 0 }), w.open({ x: 0 }, { validate: ({ x }) => x !== 'bad' })];
  await w.settle();
  const told = [];
  a.state.subscribe((now, before, change) => told.push([now.x, before.x, change.origin, change.keys, change.from?.id]));
  const keyed = [];
  a.state.subscribeKey('x', (now, before) => keyed.push([now, before]));
  await assert.rejects(a.state.setState({ x: 'bad' }, { ack: 'all', rollbackOnError: true }), { code: 'ERR_REJECTED' });
  await w.settle();
  assert.deepEqual(told, [
    ['bad', 0, 'local', ['x'], undefined],
    [0, 'bad', 'rollback', ['x'], b.parley.instanceId],
  ]);
  assert.deepEqual(keyed, [
    ['bad', 0],
    [0, 'bad'],
  ]);
  assert.deepEqual(b.changes, [], 'who refused it showed nothing');
});

inNetwork('change.from is who sent it; of an own write there is nobody', async (w) => {
  const [a, b] = [w.open({ x: 0 }), w.open({ x: 0 })];
  await w.settle();
  await a.state.setState({ x: 1 });
  await w.settle();
  assert.equal(a.changes[0].from, undefined);
  assert.deepEqual([b.changes[0].from.id, b.changes[0].origin], [a.parley.instanceId, 'remote']);
});

for (const [how, failing] of Object.entries({ throws: throwing, rejects: rejecting })) {
  test(`a messenger whose broadcast ${how}, with rollbackOnError: taken back, and what others wrote stays`, async () => {
    const messenger = bus();
    const state = new OptimisticSyncedState(messenger, { x: 0, y: 0 });
    const told = [];
    state.subscribe((now, before, change) => told.push([now.x, before.x, change.origin]));
    messenger.failing = failing;
    await assert.rejects(state.setState({ x: 1 }, { rollbackOnError: true }), /no wire/);
    assert.deepEqual(state.getState(), { x: 0, y: 0 });
    assert.deepEqual(told, [
      [1, 0, 'local'],
      [0, 1, 'rollback'],
    ]);
    state.destroy();
  });

  test(`a messenger whose broadcast ${how}, without: the write is kept, and sent later`, async () => {
    const [near, far] = [bus(), bus()];
    near.other = far;
    far.other = near;
    const [state, there] = [new SyncedState(near, { x: 0 }), new SyncedState(far, { x: 0 })];
    await Promise.all([state.ready, there.ready]);
    near.failing = failing;
    await assert.rejects(state.setState({ x: 1 }), /no wire/);
    assert.deepEqual([state.get('x'), there.get('x')], [1, 0]);
    near.failing = null;
    await state.setState({ y: 1 });
    await until(() => there.get('x') === 1 && there.get('y') === 1);
    state.destroy();
    there.destroy();
  });

  test(`two writes of one turn, one with rollbackOnError: a broadcast that ${how} takes back that one only`, async () => {
    const messenger = bus();
    const state = new SyncedState(messenger, { x: 0, y: 0 });
    messenger.failing = failing;
    const kept = state.setState({ x: 1 });
    const fallen = state.setState({ y: 1 }, { rollbackOnError: true });
    await Promise.all([assert.rejects(kept, /no wire/), assert.rejects(fallen, /no wire/)]);
    assert.deepEqual(state.getState(), { x: 1, y: 0 });
    // The rollback is told in a turn of its own, which fails as well here: nobody is to handle that.
    await new Promise((resolve) => setTimeout(resolve, 5));
    state.destroy();
  });
}

inNetwork('a value that cannot be cloned is refused before anything is applied, whatever was asked for', async (w) => {
  const a = w.open({ x: 0 });
  for (const options of [undefined, { ack: 'all' }, { rollbackOnError: true }])
    await assert.rejects(a.state.setState({ x: 1, f() {} }, options), { code: 'ERR_SERIALIZATION' });
  assert.deepEqual([a.state.getState(), a.changes], [{ x: 0 }, []]);
});

inNetwork('a state that ends while somebody waits says so', async (w) => {
  const [a, b] = [w.open(), w.open()];
  await w.settle();
  w.network.partition([a.parley], [b.parley]);
  const waiting = a.state.setState({ x: 1 }, { ack: 'all' });
  a.state.destroy();
  await assert.rejects(waiting, { code: 'ERR_DESTROYED' });
  for (const late of [
    () => a.state.setState({ x: 2 }),
    () => a.state.increment('x'),
    () => a.state.delete('x'),
    () => a.state.reset(),
    () => a.state.resolve('x', 1),
    () => a.state.transaction(() => {}),
  ])
    await assert.rejects(late(), { code: 'ERR_DESTROYED' }, String(late));
  assert.throws(() => a.state.undo(), { code: 'ERR_DESTROYED' });
});

inNetwork('options of a write are checked, and nothing is written', async (w) => {
  const a = w.open({ x: 0 });
  for (const bad of [
    { ack: 'some' },
    { ack: true },
    { timeout: -1 },
    { timeout: 'x' },
    { rollbackOnError: 1 },
    { retry: 1 },
    7,
  ])
    await assert.rejects(a.state.setState({ x: 1 }, bad), { code: /ERR_CONFIG|ERR_ARGUMENT/ }, JSON.stringify(bad));
  assert.equal(a.state.get('x'), 0);
});

inNetwork('the version of OptimisticSyncedState counts the writes of all windows', async (w) => {
  const open = () => new OptimisticSyncedState(w.network.createParley(), { counter: 0 });
  const [a, b] = [open(), open()];
  await w.network.settle();
  assert.equal(a.version, 0);
  a.setState({ counter: 1 });
  assert.equal(a.version, 1, 'at once');
  await a.setState({ counter: 2 });
  await b.setState({ counter: 3 });
  await w.network.settle();
  assert.deepEqual([a.version, b.version], [3, 3]);
  const late = open();
  await w.network.settle();
  assert.equal(late.version, 3);
  a.destroy();
  b.destroy();
  late.destroy();
});

inNetwork('Optimistic: A a=1,b=1 beside B c=1: all three', async (w) => {
  const open = () => new OptimisticSyncedState(w.network.createParley(), { a: 0, b: 0, c: 0 });
  const [a, b] = [open(), open()];
  await w.network.settle();
  a.setState({ a: 1 });
  a.setState({ b: 1 });
  b.setState({ c: 1 });
  await w.network.settle();
  assert.deepEqual(
    [a.getState(), b.getState()],
    [
      { a: 1, b: 1, c: 1 },
      { a: 1, b: 1, c: 1 },
    ],
  );
  a.destroy();
  b.destroy();
});
