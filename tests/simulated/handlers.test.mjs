// When a handler's return is its answer, what listeners are called with, and methods that were taken off their objects.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DebouncedSyncedState,
  DiffSyncedState,
  Leader,
  OptimisticSyncedState,
  Parley,
  PersistedSyncedState,
  Presence,
  SlicedSyncedState,
  SyncedState,
  SyncedStore,
  createTestNetwork,
} from '../../pkg/index.js';
import { add, reducer } from './stores.mjs';

async function pair(t) {
  const network = createTestNetwork();
  const asks = network.createParley({ timeout: 2000 });
  const answers = network.createParley({ instanceId: 'answers' });
  t.after(() => [asks, answers].forEach((parley) => parley.destroy()));
  const errors = [];
  answers.onSystem('system:error', (error) => errors.push(error));
  await network.settle();
  return { network, asks, answers, errors };
}

const later = (run) => void setTimeout(run);

for (const [how, handler, answer] of [
  ['looks at the metadata and returns nothing', (payload, respond, { senderId }) => void senderId, undefined],
  [
    'takes default parameters and returns nothing',
    (payload, respond = () => {}, metadata = {}) => void metadata,
    undefined,
  ],
  ['takes the rest and returns nothing', (...all) => void all, undefined],
  ['has two parameters and responds later', (n, respond) => later(() => respond(n + 1)), 2],
  ['has two parameters, names neither and returns nothing', (payload, respond) => {}, undefined],
  [
    'has two parameters, destructures the first and does not name the second',
    function ask({ length: n, m }, $unused) {
      return void [n, m];
    },
    undefined,
  ],
  ['responds later by another name', ({ toFixed }, $r) => later(() => $r(2)), 2],
  [
    'responds later by its arguments',
    function (n, _respond) {
      later(() => arguments[1](n + 1));
    },
    2,
  ],
  ['is bound, and responds later', ((n, respond) => later(() => respond(n + 1))).bind(null), 2],
  ['responds at once, and looks at the metadata', (n, respond, metadata) => void respond(n + 1, metadata && []), 2],
  [
    'returns a promise, and responds before it settles',
    async (n, respond, { signal }) => void respond(signal && n + 1),
    2,
  ],
  [
    'says that it answers later',
    (n, respond, metadata) => {
      metadata.answerLater();
      later(() => respond(n + 1));
    },
    2,
  ],
  [
    'says so among the rest',
    (...[n, respond, metadata]) => {
      metadata.answerLater();
      later(() => respond(n + 1));
    },
    2,
  ],
]) {
  test(`a handler that ${how}`, async (t) => {
    const { asks, answers, errors } = await pair(t);
    answers.on('ask', handler);
    assert.equal(await asks.send('ask', 1), answer);
    assert.deepEqual(errors, []);
  });
}

test('one that names respond, returns nothing and does not call it is waited for, and told of at warn', async (t) => {
  const network = createTestNetwork();
  const lines = [];
  const logger = (level, message, details) => level === 'warn' && lines.push([message, details]);
  const asks = network.createParley();
  const answers = network.createParley({ instanceId: 'answers', logLevel: 'warn', logger });
  t.after(() => [asks, answers].forEach((parley) => parley.destroy()));
  answers.on('ask', (n, respond) => {
    if (n > 1) respond(n);
  });
  await network.settle();
  assert.equal(await asks.send('ask', 2), 2);
  await assert.rejects(asks.send('ask', 1, { timeout: 20 }), { code: 'ERR_TIMEOUT' });
  await network.settle();
  assert.equal(lines.length, 1);
  assert.match(lines[0][0], /'ask'.*returned nothing and did not call respond/);
  assert.deepEqual(lines[0][1], { type: 'ask' });
});

test('one that says it answers later is waited for', async (t) => {
  const { network, asks, answers } = await pair(t);
  let answer;
  answers.on('ask', (payload, respond, metadata) => {
    metadata.answerLater();
    answer = respond;
  });
  const asked = asks.send('ask');
  await network.settle();
  answer('late');
  assert.equal(await asked, 'late');
});

test('respond() after the return was the answer is told, once', async (t) => {
  const { asks, answers, errors } = await pair(t);
  const responses = [];
  answers.on('ask', (payload, respond, metadata) => void responses.push(respond, metadata));
  assert.equal(await asks.send('ask'), undefined);
  responses[0]('too late');
  responses[0]('too late again');
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['ERR_HANDLER'],
  );
  assert.match(errors[0].message, /answerLater/);
});

test('listeners of every shape get the change, mocks are called with two arguments', async (t) => {
  const { answers } = await pair(t);
  const state = new SyncedState(answers, { count: 0 });
  const seen = {};
  state.subscribe((...all) => (seen.rest = all));
  state.subscribe((now, before, change = null) => (seen.fallback = [now, before, change]));
  state.subscribe((now) => (seen.one = now));
  state.subscribe(function () {
    seen.arguments = [...arguments];
  });
  const mock = t.mock.fn();
  state.subscribe(mock);
  const asVitest = (...all) => asVitest.mock.calls.push(all);
  asVitest.mock = { calls: [] };
  state.subscribe(asVitest);
  const asSinon = Object.assign((...all) => asSinon.args.push(all), { args: [], callCount: 0 });
  state.subscribe(asSinon);
  await state.setState({ count: 5 });
  const change = { keys: ['count'], origin: 'local' };
  for (const shape of ['rest', 'fallback', 'arguments'])
    assert.deepEqual(seen[shape], [{ count: 5 }, { count: 0 }, change], shape);
  assert.deepEqual(seen.one, { count: 5 });
  const two = [{ count: 5 }, { count: 0 }];
  assert.deepEqual([mock.mock.calls[0].arguments, asVitest.mock.calls[0], asSinon.args[0]], [two, two, two]);
});

test('disconnect() of a peer that has gone resolves; of one that never was, it does not', async (t) => {
  const { network, asks, answers } = await pair(t);
  const other = network.createParley({ instanceId: 'other' });
  await network.settle();
  other.destroy();
  await network.settle();
  assert.deepEqual(asks.getConnectedTargets(), ['answers']);
  await asks.disconnect('other');
  await asks.disconnect('answers');
  await asks.disconnect('answers');
  await assert.rejects(asks.disconnect('nobody'), { code: 'ERR_TARGET_NOT_FOUND' });
  assert.deepEqual(answers.getConnectedTargets(), []);
});

test('a link that closes before the other side has answered ends the attempt', async (t) => {
  const parley = Parley.create({ allowedOrigins: [] });
  t.after(() => parley.destroy());
  const link = { onframe: null, onclose: null, send() {}, close() {} };
  const attempt = parley.connect(link, 'far', { timeout: Infinity });
  link.onclose();
  await assert.rejects(attempt, { code: 'ERR_CONNECTION' });
});

test('methods work without their objects, in every class', async (t) => {
  const { network, asks, answers } = await pair(t);
  const { on, send, broadcast, onSystem, getConnectedTargets, isConnected, destroy, disconnect } = answers;
  const heard = [];
  on('ask', (n) => n + 1);
  onSystem('system:disconnected', ({ id }) => heard.push(id));
  assert.equal(await asks.send('ask', 1), 2);
  assert.deepEqual(getConnectedTargets(), [asks.instanceId]);
  assert.ok(isConnected(asks.instanceId));
  await broadcast('note');
  await assert.rejects(send('nobody-handles'), { code: 'ERR_NO_HANDLER' });
  const classes = [SyncedState, OptimisticSyncedState, DiffSyncedState, DebouncedSyncedState, PersistedSyncedState];
  for (const Class of classes) {
    const made = new Class(
      asks,
      { x: 0 },
      Class === DebouncedSyncedState ? 1 : Class === PersistedSyncedState ? 'k' : {},
    );
    const { getState, subscribe, setState, flush, destroy } = made;
    const calls = [];
    const off = subscribe(() => calls.push(getState()));
    await Promise.all([setState({ x: 1 }), flush()]);
    assert.deepEqual(calls, [{ x: 1 }], Class.name);
    off();
    if (made.flushUpdates) await (0, made.flushUpdates)();
    if (made.clear) await (0, made.clear)();
    assert.equal(made.subscribe, subscribe, 'a method is the same each time');
    assert.deepEqual(
      Object.keys(made).filter((key) => key in SyncedState.prototype),
      [],
    );
    destroy();
  }
  const sliced = new SlicedSyncedState(asks, { initialState: { x: 0 }, syncedKeys: ['x'], name: 'sliced' });
  const { getValue, setValue } = sliced;
  await setValue('x', 3);
  assert.equal(getValue('x'), 3);
  const { dispatch, getState } = new SyncedStore(asks, reducer, { items: [] }, { name: 'store' });
  await dispatch(add('a'));
  assert.deepEqual(getState(), { items: ['a'] });
  const presence = new Presence(asks, 'me');
  const { set, subscribe } = presence;
  subscribe(() => {});
  set('you');
  const leader = new Leader(asks);
  const { stepDown, subscribe: watch, destroy: resign } = leader;
  watch(() => {});
  stepDown();
  resign();
  class Mine extends SyncedState {
    setState(updates) {
      return super.setState({ ...updates, by: 'mine' });
    }
  }
  const mine = new Mine(asks, {}, { name: 'mine' });
  const { setState } = mine;
  await setState({ y: 1 });
  assert.deepEqual(mine.getState(), { y: 1, by: 'mine' });
  await disconnect(asks.instanceId);
  destroy();
  assert.deepEqual(heard, [asks.instanceId]);
  await network.settle();
});
