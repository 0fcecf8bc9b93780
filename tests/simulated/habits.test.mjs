// What JavaScript users expect of any library: lists may be any iterable, and an AbortSignal ends what waits.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createTestNetwork, Parley, SyncedState } from '../../pkg/index.js';
import { until } from './windows.mjs';

// A Parley keeps no process alive.
const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

const coded = (code, pattern) => (error) => error.code === code && (pattern?.test(error.message) ?? true);

function* each(...values) {
  yield* values;
}

/** Two windows with a state each. */
async function network(run, options = () => ({})) {
  const net = createTestNetwork();
  const parleys = [net.createParley(), net.createParley()];
  const states = parleys.map((parley) => new SyncedState(parley, { n: 0, m: 0 }, options()));
  await net.settle();
  try {
    await run({ net, parleys, states });
  } finally {
    for (const parley of parleys) parley.destroy();
  }
}

test('lists are any iterable: origins, keys, grants, transfers, groups', async () => {
  for (const make of [(...list) => new Set(list), each]) {
    const parley = Parley.create({
      allowedOrigins: make('https://a.example', 'https://*.b.example'),
      grants: { 'https://a.example': { read: make('s.n'), write: make(), messages: make('x:*') } },
    });
    parley.destroy();
    await network(
      async ({ net, parleys, states: [a, b] }) => {
        await a.setState({ n: 1, m: 1 });
        await net.settle();
        assert.deepEqual(b.getState(), { n: 1, m: 0 }, 'only the synced key');
        net.partition(make(parleys[0]), make(parleys[1]));
        await a.setState({ n: 2 });
        await net.settle();
        assert.equal(b.get('n'), 1, 'apart');
        net.heal();
      },
      () => ({ syncedKeys: make('n') }),
    );
  }
  const { port1, port2 } = new MessageChannel();
  const [left, right] = [Parley.create(), Parley.create()];
  right.on('size', ({ byteLength }) => byteLength);
  await Promise.all([left.connect(port1, 'right'), right.connect(port2, 'left')]);
  const buffer = new ArrayBuffer(8);
  assert.equal(await left.send('size', buffer, { targetId: 'right', transfer: new Set([buffer]) }), 8);
  assert.equal(buffer.byteLength, 0, 'transferred, not copied');
  for (const parley of [left, right]) parley.destroy();
});

test('a string is no list, and an iterable of something else is refused', () => {
  for (const allowedOrigins of ['https://a.example', new String('https://a.example'), new Set([1]), { length: 1 }, 5])
    assert.throws(() => Parley.create({ allowedOrigins }), coded('ERR_CONFIG'));
  const broken = {
    *[Symbol.iterator]() {
      yield 'https://a.example';
      throw new Error('broken');
    },
  };
  assert.throws(() => Parley.create({ allowedOrigins: broken }), /broken/);
});

test('what is returned can be gone through', async () => {
  await network(async ({ parleys, states: [a] }) => {
    const [{ id }] = [...parleys[0].peers];
    assert.equal(typeof id, 'string');
    assert.deepEqual([...parleys[0].getConnectedTargets()], [id]);
    assert.deepEqual([...a.conflicts], []);
  });
});

test('a signal ends the wait for acknowledgements, and the write stays', async () => {
  await network(async ({ net, parleys, states: [a, b] }) => {
    net.partition([parleys[0]], [parleys[1]]);
    const controller = new AbortController();
    const done = a.setState({ n: 1 }, { ack: 'all', signal: controller.signal, timeout: Infinity });
    controller.abort();
    await assert.rejects(done, coded('ERR_ABORTED'));
    assert.equal(a.get('n'), 1);
    net.heal();
    await net.settle();
    await until(() => b.get('n') === 1);
  });
});

test('with rollbackOnError the write is taken back everywhere', async () => {
  await network(async ({ net, parleys, states: [a, b] }) => {
    net.partition([parleys[0]], [parleys[1]]);
    const controller = new AbortController();
    const options = { ack: 'all', signal: controller.signal, timeout: Infinity, rollbackOnError: true };
    const done = a.setState({ n: 1 }, options);
    controller.abort();
    await assert.rejects(done, coded('ERR_ABORTED'));
    assert.equal(a.get('n'), 0);
    net.heal();
    await net.settle();
    assert.deepEqual([a.get('n'), b.get('n')], [0, 0]);
  });
});

test('aborted before, nothing is written; aborted after, nothing happens', async () => {
  await network(async ({ net, states: [a, b] }) => {
    await assert.rejects(a.setState({ n: 1 }, { signal: AbortSignal.abort() }), coded('ERR_ABORTED'));
    assert.equal(a.get('n'), 0);
    const controller = new AbortController();
    let listening = 0;
    const { signal } = controller;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...given) => (listening++, add(...given));
    signal.removeEventListener = (...given) => (listening--, remove(...given));
    await a.setState({ n: 2 }, { ack: 'all', signal });
    assert.equal(listening, 0, 'nobody listens any more');
    controller.abort();
    await net.settle();
    assert.deepEqual([a.get('n'), b.get('n')], [2, 2]);
    await assert.rejects(a.setState({ n: 3 }, { signal: {} }), coded('ERR_CONFIG', /AbortSignal/));
  });
});

test('in a transaction any signal of its writes ends the wait for all', async () => {
  await network(async ({ net, parleys, states: [a] }) => {
    net.partition([parleys[0]], [parleys[1]]);
    const controllers = [new AbortController(), new AbortController()];
    const done = a.transaction(() => {
      a.setState({ n: 1 }, { ack: 'all', signal: controllers[0].signal, timeout: Infinity });
      a.setState({ m: 1 }, { ack: 'all', signal: controllers[1].signal, timeout: Infinity });
    });
    controllers[1].abort();
    await assert.rejects(done, coded('ERR_ABORTED'));
    assert.deepEqual(a.getState(), { n: 1, m: 1 });
  });
});

test('a call, a connection and once() end by their signals too', async () => {
  await network(async ({ parleys: [a, b] }) => {
    b.on('never', () => new Promise(() => {}));
    const [{ id }] = a.peers;
    for (const wait of [
      (signal) => a.send('never', undefined, { targetId: id, signal, timeout: Infinity }),
      (signal) => a.connect(new MessageChannel().port1, 'nobody', { signal, timeout: Infinity }),
      (signal) => a.once('never', { signal }),
    ]) {
      const controller = new AbortController();
      const waiting = wait(controller.signal);
      controller.abort();
      await assert.rejects(waiting, coded('ERR_ABORTED'));
      await assert.rejects(wait(AbortSignal.abort()), coded('ERR_ABORTED'));
    }
  });
});

/** A window in which nobody answers. */
function silentWindow() {
  const window = { closed: false, postMessage() {} };
  return Object.assign(window, { window });
}

test('each call of connect() for one window ends by its own signal and timeout', async () => {
  const parley = Parley.create();
  const connect = (window, options) => parley.connect(window, 'silent', { timeout: Infinity, ...options });
  const states = () => parley.peers.map(({ id, state }) => [id, state]);
  for (const first of [0, 1]) {
    const window = silentWindow();
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }) => connect(window, { signal }));
    controllers[first].abort();
    await assert.rejects(calls[first], coded('ERR_ABORTED'));
    const pending = Symbol('pending');
    assert.equal(await Promise.race([calls[1 - first], Promise.resolve(pending)]), pending);
    assert.deepEqual(states(), [['silent', 'connecting']]);
    await assert.rejects((async () => connect(window, { signal: AbortSignal.abort() }))(), coded('ERR_ABORTED'));
    assert.deepEqual(states(), [['silent', 'connecting']]);
    controllers[1 - first].abort();
    await assert.rejects(calls[1 - first], coded('ERR_ABORTED'));
    assert.deepEqual(states(), []);
  }
  const window = silentWindow();
  const controller = new AbortController();
  const waits = connect(window, { signal: controller.signal });
  await assert.rejects(connect(window, { timeout: 0 }), coded('ERR_TIMEOUT', /silent/));
  assert.deepEqual(states(), [['silent', 'connecting']]);
  controller.abort();
  await assert.rejects(waits, coded('ERR_ABORTED'));
  parley.destroy();
});
