// Plain messengers, one promise at a time: any object with `on` and `broadcast`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { SlicedSyncedState, SyncedState, SyncedStore } from '../../pkg/index.js';
import { PlainNetwork, VirtualTime } from './plain.lib.mjs';

const time = new VirtualTime();
before(() => time.install());
after(() => time.restore());

/** The longest that anything may take to be found and repaired once the messenger delivers again: two slow beats, ms. */
const REPAIRED = 5000;

const append = (list, action) => [...list, action.value];

/** States on a network; each is destroyed with the test. */
function scene(seed = 1, faults = {}) {
  const network = new PlainNetwork(time, seed, faults);
  const made = [];
  const keep = (one) => (made.push(one), one);
  return {
    network,
    state(initial = {}, options) {
      const end = network.join();
      return { end, state: keep(new SyncedState(end.messenger, initial, options)) };
    },
    store() {
      const end = network.join();
      return { end, store: keep(new SyncedStore(end.messenger, append, [])) };
    },
    keep,
    end: () => made.forEach((one) => one.destroy()),
  };
}

const inScene = (name, run, ...how) =>
  test(name, async () => {
    const made = scene(...how);
    try {
      await run(made);
    } finally {
      made.end();
    }
  });

/** What comes of a promise while virtual time passes. */
async function settled(promise, ms = 60_000) {
  const outcome = {};
  promise.then(
    (value) => Object.assign(outcome, { done: true, value }),
    (error) => Object.assign(outcome, { done: true, error }),
  );
  await time.pass(ms, () => outcome.done);
  return outcome;
}

for (const seed of [1, 2, 3, 4])
  inScene(
    `three states, 80 writes, 0 to 20 ms in order: equal (seed ${seed})`,
    async ({ state, network }) => {
      const all = [state(), state(), state()].map((one) => one.state);
      await time.pass(500);
      for (let n = 0; n < 80; n++) {
        all[network.below(3)].setState({ [`k${network.below(5)}`]: n });
        await time.pass(network.below(5));
      }
      const isEqual = () => all.every((one) => isDeepStrictEqual(one.getState(), all[0].getState()));
      assert.ok(await time.pass(REPAIRED, isEqual), JSON.stringify(all.map((one) => one.getState())));
    },
    seed,
  );

inScene('what was lost last is repaired, though nobody writes again', async ({ state, store, network }) => {
  const [a, b] = [state({ n: 0 }), state({ n: 0 })];
  const [c, d] = [store(), store()];
  await time.pass(1000);
  network.faults.loss = 1;
  a.state.setState({ n: 1 });
  c.store.dispatch({ type: 'add', value: 1 });
  await time.pass(100);
  assert.deepEqual([b.state.get('n'), d.store.getState()], [0, []]);
  network.faults.loss = 0;
  assert.ok(await time.pass(REPAIRED, () => b.state.get('n') === 1 && d.store.getState()[0] === 1));
});

for (const apart of [1000, 200_000])
  inScene(`what was written while apart for ${apart} ms is exchanged`, async ({ state, store, network }) => {
    const [a, b, c, d] = [state({ n: 0 }), state({ n: 0 }), store(), store()];
    await time.pass(1000);
    b.end.side = d.end.side = 1;
    a.state.setState({ left: 1 });
    b.state.setState({ right: 1 });
    c.store.dispatch({ type: 'add', value: 'left' });
    await time.pass(apart);
    d.store.dispatch({ type: 'add', value: 'right' });
    await time.pass(100);
    network.heal();
    const isMet = () =>
      [a, b].every(({ state }) => isDeepStrictEqual(state.getState(), { n: 0, left: 1, right: 1 })) &&
      [c, d].every(({ store }) => isDeepStrictEqual(store.getState(), ['left', 'right']));
    assert.ok(await time.pass(2 * REPAIRED, isMet));
  });

inScene('states whose messengers are joined late find each other', async ({ state, network }) => {
  const [a, b] = [state({ n: 0 }), state({ n: 0 })];
  b.end.side = 1;
  await time.pass(60_000);
  a.state.setState({ n: 1 });
  await time.pass(60_000);
  network.heal();
  assert.ok(await time.pass(2 * REPAIRED, () => b.state.get('n') === 1));
});

inScene('a hub passes on, at once and each write once', async ({ state, store, network }) => {
  const [hub, a, b] = [state(), state(), state()];
  const [storeHub, c, d] = [store(), store(), store()];
  network.hears = (from, to) => [hub.end, storeHub.end].some((end) => end === from || end === to);
  await time.pass(1000);
  const told = [];
  b.state.subscribe(({ n }) => told.push(n));
  a.state.setState({ n: 1 });
  c.store.dispatch({ type: 'add', value: 1 });
  await time.pass(41);
  assert.deepEqual([hub.state.get('n'), told, d.store.getState()], [1, [1], [1]]);
  await time.pass(20_000);
  assert.deepEqual([told, d.store.getState(), storeHub.store.getState()], [[1], [1], [1]]);
});

inScene('a window on two messengers joins them to one, and passes on', async ({ state, keep, network }) => {
  const [a, b] = [state(), state()];
  const [left, right] = [network.join(), network.join()];
  const sides = new Map([
    [a.end, 'left'],
    [left, 'left'],
    [b.end, 'right'],
    [right, 'right'],
  ]);
  network.hears = (from, to) => sides.get(from) === sides.get(to);
  const ends = [left.messenger, right.messenger];
  const middle = keep(
    new SyncedState({
      on: (type, handler) => {
        const stops = ends.map((end) => end.on(type, handler));
        return () => stops.forEach((stop) => stop());
      },
      broadcast: (type, payload) => Promise.all(ends.map((end) => end.broadcast(type, payload))),
    }),
  );
  await time.pass(1000);
  a.state.setState({ a: 1 });
  b.state.setState({ b: 1 });
  middle.setState({ m: 1 });
  await time.pass(41);
  for (const one of [a.state, b.state, middle]) assert.deepEqual({ ...one.getState() }, { a: 1, b: 1, m: 1 });
});

inScene('who comes late is complete before it is ready', async ({ state, store }) => {
  const [a, b] = [state({ n: 0 }), state({ n: 0 })];
  const c = store();
  await time.pass(1000);
  a.state.setState({ n: 1, list: [1] });
  b.state.setState({ gone: 1 });
  c.store.dispatch({ type: 'add', value: 1 });
  await time.pass(100);
  b.state.delete('gone');
  await time.pass(100);
  const [late, lateStore] = [state({ n: 0, gone: 'default' }), store()];
  let at;
  const ready = Promise.all([late.state.ready, lateStore.store.ready]);
  await settled(ready.then(() => (at = [late.state.getState(), lateStore.store.getState()])));
  assert.deepEqual(at, [{ n: 1, list: [1] }, [1]]);
});

inScene('ready settles when nobody is there, and when nobody answers any more', async ({ state }) => {
  const alone = state({ n: 0 });
  const begun = time.now;
  assert.ok((await settled(alone.state.ready)).done);
  assert.ok(time.now - begun < 1000, 'alone');
  alone.end.cut = true;
  const [frozen, late] = [state(), state()];
  await time.pass(60);
  frozen.end.cut = true;
  assert.ok((await settled(late.state.ready)).done, 'met, and silent since');
});

inScene('who goes without a word is dropped after its silence', async ({ state }) => {
  const [a, b, c] = [state(), state(), state()];
  await time.pass(1000);
  assert.equal((await settled(a.state.setState({ n: 1 }, { ack: 'all' }))).error, undefined);
  c.end.cut = true;
  assert.equal((await settled(a.state.setState({ n: 2 }, { ack: 'all' }))).error?.code, 'ERR_TIMEOUT');
  await time.pass(90_000);
  assert.equal((await settled(a.state.setState({ n: 3 }, { ack: 'all' }))).error, undefined);
  assert.equal(b.state.get('n'), 3);
});

inScene('who takes leave is dropped at once, and what its goodbye overtook counts', async ({ state, network }) => {
  const [a, b] = [state({ n: 0 }), state({ n: 0 })];
  await time.pass(1000);
  const held = [];
  const { broadcast } = b.end.messenger;
  b.end.messenger.broadcast = async (...args) => void held.push(args);
  b.state.setState({ n: 1 });
  b.state.destroy();
  assert.deepEqual(
    held.map(([type]) => type),
    ['state:update', 'state:sync'],
  );
  network.faults.latency = [1, 1];
  for (const args of held.reverse()) broadcast(...args);
  await time.pass(10);
  assert.equal(a.state.get('n'), 1);
  a.end.sent.length = 0;
  await time.pass(10_000);
  assert.ok(a.end.sent.length > 0);
  assert.ok(
    a.end.sent.every(({ to }) => to === null),
    'nobody is addressed any more',
  );
});

test('one name on one messenger, once in a window; destroy() frees it', async () => {
  const { messenger } = new PlainNetwork(time, 1).join();
  const other = new PlainNetwork(time, 1).join().messenger;
  const state = new SyncedState(messenger, { n: 1 });
  const refused = { code: 'ERR_DUPLICATE_NAME' };
  assert.throws(() => new SyncedState(messenger), refused);
  assert.throws(() => new SyncedStore(messenger, append, [], { name: 'state' }), refused);
  assert.throws(() => new SlicedSyncedState(messenger, { name: 'state' }), refused);
  const named = new SyncedState(messenger, {}, { name: 'named' });
  const elsewhere = new SyncedState(other);
  state.setState({ n: 2 });
  await time.pass(500);
  assert.equal(state.get('n'), 2, 'the first goes on');
  state.destroy();
  state.destroy();
  const again = new SyncedState(messenger);
  assert.throws(() => new SyncedState(messenger), refused);
  for (const one of [again, named, elsewhere]) one.destroy();
  assert.equal(time.waiting, 0);
});

test('an on() that throws: the constructor throws that, and leaves nothing behind', async () => {
  const handlers = new Set();
  let fails = true;
  const messenger = {
    on(type, handler) {
      if (type === 'state:sync' && fails) throw new Error('mine');
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    broadcast() {},
  };
  assert.throws(() => new SyncedState(messenger), { message: 'mine' });
  assert.equal(handlers.size, 0);
  fails = false;
  new SyncedState(messenger).destroy();
  assert.deepEqual([handlers.size, time.waiting], [0, 0]);
});

inScene('an update of other code is applied once, and what it says is passed on', async ({ state, network }) => {
  const [a, b] = [state({ n: 0 }), state({ n: 0 })];
  const byHand = network.join();
  network.hears = (from, to) => from !== byHand || to === a.end;
  const heard = [];
  byHand.messenger.on('state:update', ({ updates, timestamp }) => heard.push({ updates, timestamp: typeof timestamp }));
  await time.pass(1000);
  const told = [];
  a.state.subscribe(({ n }) => told.push(n));
  byHand.messenger.broadcast('state:update', { updates: { n: 1 }, timestamp: Date.now() });
  assert.ok(await time.pass(REPAIRED, () => b.state.get('n') === 1));
  await time.pass(10_000);
  b.state.setState({ n: 2 });
  await time.pass(10_000);
  assert.deepEqual([told, heard], [[1, 2], [{ updates: { n: 2 }, timestamp: 'number' }]]);
});

inScene('change.from and validate name a member', async ({ state }) => {
  const asked = [];
  const validate = ({ n }, from) => void asked.push([n, from.id, from.kind, from.state]);
  const [a, b, c] = [state(), state({}, { validate }), state()];
  await time.pass(1000);
  const from = [];
  b.state.subscribe((now, then, change) => from.push(change.from?.id));
  a.state.setState({ n: 1 });
  await time.pass(100);
  c.state.setState({ n: 2 });
  await time.pass(100);
  assert.equal(new Set(from).size, 2);
  assert.deepEqual(
    asked,
    from.map((id, at) => [at + 1, id, 'link', 'connected']),
  );
});

test('a synchronous bus that echoes, and listeners that write and flush: what they are told is the state', async (t) => {
  // What `validate` takes back is reported.
  t.mock.method(console, 'error', () => {});
  const handlers = [];
  const bus = () => ({
    on: (type, handler) => void handlers.push({ type, handler }),
    broadcast: (type, payload) => {
      for (const entry of [...handlers]) if (entry.type === type) entry.handler(payload);
    },
  });
  const states = [0, 1, 2].map(
    (at) => new SyncedState(bus(), { n: 0 }, { validate: ({ n }) => n === undefined || n % 7 !== at + 1 }),
  );
  await time.pass(1000);
  const told = states.map((state) => state.getState());
  const answered = new Set();
  states.forEach((state, at) =>
    state.subscribe((now) => {
      told[at] = now;
      // Once each: it would answer every rollback of its answer for ever.
      if (now.n % 5 === 4 && at === 1 && !answered.has(now.n)) {
        answered.add(now.n);
        state.setState({ n: now.n + 1 });
        state.flush();
      }
    }),
  );
  for (let n = 1; n < 40; n++) {
    states[n % 3].setState({ n }).catch(() => {});
    if (n % 2) await time.pass(1);
  }
  await time.pass(REPAIRED);
  for (const [at, state] of states.entries()) {
    assert.deepEqual(state.getState(), states[0].getState());
    assert.equal(told[at], state.getState(), 'the listener has heard of everything');
    state.destroy();
  }
});

test('messages that are none of ours are refused, told once, and harm nothing', async () => {
  const { network, state, end } = scene();
  const a = state({ n: 0 });
  const liar = network.join().messenger;
  const told = [];
  const { error } = console;
  console.error = ({ code }) => told.push(code);
  try {
    await time.pass(1000);
    const junk = [
      null,
      1,
      'x',
      {},
      [],
      [1],
      [0, null, null],
      [1.5, null, []],
      [NaN, null, null],
      [2 ** 53, null, null],
    ];
    const frames = [
      {},
      [],
      ['x'],
      [39],
      [39, 'state'],
      [39, 'state', 1],
      [39, 1, 2],
      [40, 'other', 3],
      [71, 'state'],
      [32, 0],
    ];
    const envelopes = [...junk, ...frames.map((frame) => [77, null, frame]), [78, [{}, 'x', -1], [39, 'state']]];
    for (let round = 0; round < 2; round++)
      for (const sync of envelopes)
        for (const type of ['state:sync', 'state:update']) liar.broadcast(type, { sync, updates: { n: 666 } });
    await time.pass(20_000);
  } finally {
    console.error = error;
  }
  assert.deepEqual(told.sort(), ['ERR_MALFORMED', 'ERR_WIRE_VERSION']);
  const b = state({ n: 0 });
  a.state.setState({ n: 1 });
  await time.pass(10_000);
  assert.deepEqual([a.state.get('n'), b.state.get('n')], [1, 1]);
  end();
});

test('a messenger that fails is told of once, however often it is tried', async () => {
  const told = [];
  const { error } = console;
  console.error = ({ message }) => told.push(message);
  const fails = () => {
    throw new Error('no wire');
  };
  const state = new SyncedState({ on() {}, broadcast: fails });
  try {
    await time.pass(60_000);
    state.destroy();
  } finally {
    console.error = error;
  }
  assert.deepEqual(told, ['no wire']);
});
