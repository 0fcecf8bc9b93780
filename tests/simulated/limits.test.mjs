// What a state may hold: who writes beyond it is told, who is sent more refuses it, and both recover.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, Presence, SyncedState, SyncedStore, createTestNetwork } from '../../pkg/index.js';

const many = (count, name = 'k') => Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${at}`, at]));
const isLimit = (error) => error.code === 'ERR_LIMIT';

const refusals = (parley) => {
  const seen = [];
  parley.onSystem('system:rejected', ({ code, count }) => seen.push([code, count]));
  return seen;
};

test('a write above the bound is refused whole, and says so', async () => {
  const network = createTestNetwork();
  const parleys = [1, 2].map(() => network.createParley({ limits: { keys: 5 } }));
  const [one, two] = parleys.map((parley) => new SyncedState(parley, {}));
  const told = [];
  one.subscribe((state) => told.push(state));
  await one.setState(many(4));
  await assert.rejects(one.setState({ k0: 'new', more: 1, most: 2 }), isLimit);
  await assert.rejects(
    one.transaction(() => {
      one.setState({ k0: 'new' });
      one.setState({ more: 1, most: 2 });
    }),
    isLimit,
  );
  await assert.rejects(one.setState({ ['x'.repeat(70_000)]: 1 }), isLimit);
  assert.equal(told.length, 1);
  await one.setState({ k0: 'new', more: 1 });
  await assert.rejects(one.increment('counter'), isLimit);
  await network.settle();
  assert.deepEqual(two.getState(), { k0: 'new', k1: 1, k2: 2, k3: 3, more: 1 });
  await assert.rejects(two.setState({ other: 1 }), isLimit);
  await one.delete('k0');
  await network.settle();
  await two.setState({ other: 1 });
  await network.settle();
  assert.deepEqual(one.getState(), two.getState());
  for (const parley of parleys) parley.destroy();
});

test('a state has bounds of its own, and initial values keep to them', () => {
  const parley = createTestNetwork().createParley({ limits: { keys: 2 } });
  assert.throws(() => new SyncedState(parley, many(3)), isLimit);
  const state = new SyncedState(parley, many(3), { limits: { keys: 3 } });
  assert.equal(Object.keys(state.getState()).length, 3);
  for (const limits of [{ keys: 0 }, { keys: '1' }, { tombstones: -1 }, { depth: 3 }])
    assert.throws(() => new SyncedState(parley, {}, { name: 'other', limits }), { code: 'ERR_CONFIG' });
  parley.destroy();
});

test('a window that is sent too much refuses it whole, counts it, and catches up when keys are freed', async () => {
  const network = createTestNetwork();
  const [large, small] = [network.createParley(), network.createParley({ limits: { keys: 5 } })];
  const seen = refusals(small);
  const [from, to] = [new SyncedState(large, {}), new SyncedState(small, {})];
  await from.setState(many(10));
  await network.settle();
  assert.equal(Object.keys(to.getState()).length, 10, 'twice its own bound');
  await from.setState({ k0: 'later', more: 1 });
  await network.settle();
  assert.deepEqual(to.getState(), many(10));
  assert.ok(seen.some(([code]) => code === 'ERR_LIMIT'));
  // Plain messages of hand-written code are held to it as well.
  await large.broadcast('state:update', { updates: many(20, 'plain') });
  await network.settle();
  assert.ok(Object.keys(to.getState()).length <= 10);
  await from.delete('k1', 'k2');
  await network.settle();
  assert.deepEqual(to.getState(), from.getState());
  assert.equal(to.getState().k0, 'later');
  for (const parley of [large, small]) parley.destroy();
});

test('deletions beyond the bound are forgotten, and a window that was away still learns of them', async () => {
  const network = createTestNetwork();
  const limits = { tombstones: 10 };
  const parleys = [1, 2, 3].map(() => network.createParley({ limits }));
  const [one, two, away] = parleys.map((parley) => new SyncedState(parley, { setting: 'default' }));
  await one.setState(many(100));
  await network.settle();
  network.partition([parleys[0], parleys[1]], [parleys[2]]);
  for (let at = 0; at < 90; at++) await (at % 2 ? one : two).delete(`k${at}`);
  await two.delete('setting');
  await network.settle();
  assert.equal(Object.keys(away.getState()).length, 101);
  network.heal();
  await network.settle();
  assert.equal(Object.keys(one.getState()).length, 10);
  assert.deepEqual(two.getState(), one.getState());
  assert.deepEqual(away.getState(), one.getState());
  const late = new SyncedState(network.createParley({ limits }), { setting: 'default' });
  await network.settle();
  assert.deepEqual(late.getState(), one.getState(), 'an initial value does not bring back what was deleted');
  for (const parley of parleys) parley.destroy();
});

test('who joins a presence is told of those who are there, not of all who ever were', async () => {
  const network = createTestNetwork();
  const host = network.createParley({ instanceId: 'host' });
  const presence = new Presence(host, 0);
  const visitors = async (count) => {
    for (let at = 0; at < count; at++) {
      const parley = network.createParley();
      const visitor = new Presence(parley, at);
      await network.settle();
      visitor.destroy();
      await network.settle();
      parley.destroy();
    }
  };
  /** Characters of all frames that a window of its own is sent by the host when it comes. */
  const cost = async () => {
    const { port1, port2 } = new MessageChannel();
    let sent = 0;
    const link = {
      onframe: null,
      onclose: null,
      send: (frame) => port1.postMessage(frame),
      close: () => port1.close(),
    };
    const other = {
      onframe: null,
      onclose: null,
      send(frame) {
        sent += JSON.stringify(frame, (key, value) => (ArrayBuffer.isView(value) ? [...value] : value)).length;
        port2.postMessage(frame);
      },
      close: () => port2.close(),
    };
    port1.on('message', (frame) => link.onframe?.(frame));
    port2.on('message', (frame) => other.onframe?.(frame));
    const guest = Parley.create();
    const joined = new Presence(guest, 'guest');
    await Promise.all([guest.connect(link, 'host'), host.connect(other, 'guest')]);
    while (joined.others.size === 0) await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => setTimeout(done, 30));
    guest.destroy();
    port1.close();
    return sent;
  };
  await visitors(60);
  const after60 = await cost();
  await visitors(140);
  const after200 = await cost();
  // Deleted entries are remembered up to a bound; what is left is the number of each window that wrote, for some minutes.
  assert.ok(after200 - after60 < 140 * 60, `${after60} characters after 60 windows, ${after200} after 200`);
  presence.destroy();
  host.destroy();
});

test('a value that the others would not take is refused where it is written, and stalls nothing', async () => {
  const network = createTestNetwork();
  const limits = { depth: 40, messageBytes: 100_000 };
  const parleys = [1, 2].map(() => network.createParley({ limits }));
  const [one, two] = parleys.map((parley) => new SyncedState(parley, {}));
  const seen = parleys.map(refusals);
  await network.settle();
  const nested = (levels) => (levels > 0 ? { in: nested(levels - 1) } : 1);
  await assert.rejects(one.setState({ ok: 1, deep: nested(60) }), isLimit);
  await assert.rejects(one.setState({ ok: 1, large: 'x'.repeat(200_000) }), isLimit);
  await assert.rejects(
    one.transaction(() => {
      one.setState({ ok: 1 });
      one.setState({ bytes: new Uint8Array(200_000) });
    }),
    isLimit,
  );
  assert.deepEqual(one.getState(), {});
  // What passes here passes there, in whatever way it is written.
  for (const options of [{}, { ack: 'all' }, { rollbackOnError: true }]) {
    await one.setState({ deep: nested(30), large: 'y'.repeat(20_000), options }, options);
    await one.setState({ deep: nested(31) }, options);
  }
  await one.transaction(() => {
    one.setState({ deep: nested(32), other: nested(32) });
  });
  await network.settle();
  assert.deepEqual(two.getState(), one.getState());
  assert.deepEqual(seen, [[], []]);
  for (const parley of parleys) parley.destroy();
});

test('questions that wait are as many as is asked for', async () => {
  const network = createTestNetwork();
  const one = network.createParley({ instanceId: 'one', limits: { pendingCalls: 3 } });
  const two = network.createParley({ timeout: 1000 });
  await network.settle();
  const open = [];
  one.on('ask', (payload, respond) => void open.push(respond));
  const asked = Array.from({ length: 5 }, (_, at) => two.send('ask', at, { targetId: 'one' }));
  const outcomes = Promise.allSettled(asked);
  await network.settle();
  assert.equal(open.length, 3);
  for (const respond of open) respond('answered');
  await network.settle();
  assert.deepEqual((await outcomes).map(({ value, reason }) => value ?? reason.code).sort(), [
    'ERR_LIMIT',
    'ERR_LIMIT',
    'answered',
    'answered',
    'answered',
  ]);
  for (const limits of [{ peers: 0 }, { pendingCalls: '1' }, { logLength: -1 }, { peer: 1 }])
    assert.throws(() => network.createParley({ limits }), { code: 'ERR_CONFIG' });
  for (const parley of [one, two]) parley.destroy();
});

test('a store keeps as many actions one by one as is asked for', async () => {
  const ordered = async (limits) => {
    const network = createTestNetwork();
    const parleys = [1, 2].map(() => network.createParley({ limits }));
    const stores = parleys.map((parley) => new SyncedStore(parley, (list, { n }) => [...list, n], []));
    await network.settle();
    for (let n = 0; n < 400; n++) stores[0].dispatch({ type: 'add', n });
    await network.settle();
    const same = stores.every((store) => store.getState().length === 400);
    for (const parley of parleys) parley.destroy();
    return same;
  };
  for (const limits of [undefined, { logLength: 16 }, { logLength: 4096 }]) assert.ok(await ordered(limits));
});
