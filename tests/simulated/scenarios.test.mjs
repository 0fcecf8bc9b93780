// What hand-written sync classes get wrong on a perfect transport, through the public API.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState } from '../../pkg/index.js';
import { inNetwork } from './lib.mjs';

inNetwork('two windows write one key at the same time', async (w) => {
  const [a, b] = [w.open({ x: 0 }), w.open({ x: 0 })];
  await w.settle();
  a.state.setState({ x: 1 });
  b.state.setState({ x: 2 });
  await w.settle();
});

inNetwork(
  'three windows, whatever the order of arrival',
  async (w) => {
    const [a, b] = [w.open(), w.open(), w.open()];
    await w.settle();
    a.state.setState({ x: 'a' });
    b.state.setState({ x: 'b' });
    await w.settle();
  },
  { seed: 4, latency: [0, 200] },
);

inNetwork('a window that comes late has everything when it is ready', async (w) => {
  const a = w.open({ theme: 'light' });
  await a.state.setState({ theme: 'dark', extra: new Map([[1, new Date(2)]]) });
  const late = w.open({ theme: 'light' });
  await w.settle();
  await late.state.ready;
  assert.deepEqual(late.state.getState(), { theme: 'dark', extra: new Map([[1, new Date(2)]]) });
  await a.state.setState({ theme: 'light' });
  await w.settle();
});

inNetwork('undefined deletes, everywhere, and for whoever comes later', async (w) => {
  const [a, b] = [w.open({ user: 'bob' }), w.open({ user: 'bob' })];
  await w.settle();
  a.state.setState({ user: undefined });
  await w.settle();
  assert.deepEqual(b.state.getState(), {});
  const late = w.open();
  await w.settle();
  assert.deepEqual(late.state.getState(), {});
});

inNetwork('what is written before the connection, or apart, arrives', async (w) => {
  const a = w.open();
  a.state.setState({ early: 1 });
  const b = w.open();
  await w.settle();
  w.network.partition([a.parley], [b.parley]);
  a.state.setState({ apart: 'a', mine: 1 });
  b.state.setState({ apart: 'b', yours: 2 });
  await w.network.settle();
  assert.notDeepEqual(a.state.getState(), b.state.getState());
  w.network.heal();
  await w.settle();
  assert.deepEqual(Object.keys(a.state.getState()).sort(), ['apart', 'early', 'mine', 'yours']);
});

test('siblings that only share their parent', async () => {
  const [left, parent, right] = [Parley.create(), Parley.create(), Parley.create()];
  const [one, two] = [new MessageChannel(), new MessageChannel()];
  await Promise.all([
    left.connect(one.port1),
    parent.connect(one.port2, 'left'),
    parent.connect(two.port1, 'right'),
    right.connect(two.port2),
  ]);
  const states = [left, parent, right].map((parley) => new SyncedState(parley, {}));
  const told = states.map(() => 0);
  states.forEach((state, i) => state.subscribe(() => told[i]++));
  await states[0].setState({ from: 'left' });
  await new Promise((resolve) => states[2].subscribeKey('from', resolve));
  assert.deepEqual(states[2].getState(), { from: 'left' });
  assert.deepEqual(told, [1, 1, 1], 'relayed, once');
  for (const parley of [left, parent, right]) parley.destroy();
});

inNetwork('a snapshot is frozen, and what is below it cannot diverge', async (w) => {
  const a = w.open({ items: [1] });
  assert.throws(() => a.state.getState().items.push(2), TypeError);
  assert.throws(() => {
    'use strict';
    a.state.getState().items = [];
  }, TypeError);
  assert.equal(a.state.getState(), a.state.getState(), 'the same object until something changes');
});

inNetwork('the array that was passed in is written again after a push', async (w) => {
  const [a, b] = [w.open(), w.open()];
  await w.settle();
  const items = [1];
  await a.state.setState({ items });
  items.push(2);
  await a.state.setState({ items });
  await w.settle();
  assert.deepEqual(b.state.getState(), { items: [1, 2] });
});

inNetwork('a write that changes nothing is not sent', async (w) => {
  const [a, b] = [w.open(), w.open()];
  await w.settle();
  const value = () => ({ nan: NaN, zero: -0, deep: { list: [1, { two: 2 }] } });
  await a.state.setState(value());
  await w.settle();
  const sent = [];
  const { broadcast } = a.parley;
  a.parley.broadcast = function (...args) {
    sent.push(args);
    return broadcast.apply(this, args);
  };
  await a.state.setState(value());
  assert.deepEqual(sent, []);
  assert.equal(b.changes.length, 1);
});

test('two states on one Parley are separate by name; a name is taken once', async () => {
  const parley = Parley.create();
  const [one, two] = [new SyncedState(parley, {}, { name: 'one' }), new SyncedState(parley, {}, { name: 'two' })];
  await one.setState({ x: 1 });
  assert.deepEqual(two.getState(), {});
  assert.throws(() => new SyncedState(parley, {}, { name: 'one' }), { code: 'ERR_DUPLICATE_NAME' });
  parley.destroy();
});

for (const bad of ['abc', null, undefined, 7, [1], true, Symbol('s')]) {
  inNetwork(`updates of the wrong type: ${String(bad)}`, async (w) => {
    const [a, b] = [w.open({ kept: 1 }), w.open({ kept: 1 })];
    await w.settle();
    await assert.rejects(a.state.setState(bad), { code: 'ERR_ARGUMENT' });
    assert.throws(() => a.state.applyRemoteUpdate(bad), { code: 'ERR_ARGUMENT' });
    const rejected = new Promise((resolve) => b.parley.onSystem('system:rejected', resolve));
    if (typeof bad !== 'symbol') {
      await a.parley.broadcast('state:update', { updates: bad });
      await w.network.settle();
      assert.equal((await rejected).code, 'ERR_MALFORMED');
    }
    await w.settle();
    assert.deepEqual(b.state.getState(), { kept: 1 });
  });
}

inNetwork('a function among the updates: named, and nothing of it is applied', async (w) => {
  const a = w.open({ kept: 1 });
  await assert.rejects(a.state.setState({ good: 1, user: { onClick() {} } }), (error) => {
    assert.equal(error.name, 'SerializationError');
    assert.equal(error.details.path, 'user.onClick');
    return true;
  });
  assert.deepEqual(a.state.getState(), { kept: 1 });
});

inNetwork('a subscriber that writes does so after the write that woke it, in every window', async (w) => {
  const [a, b] = [w.open(), w.open()];
  await w.settle();
  const seen = [];
  a.state.subscribeKey('cause', (cause) => a.state.setState({ effect: cause }));
  b.state.subscribe((next) => {
    seen.push(next);
    assert.ok(!('effect' in next) || 'cause' in next, 'no effect before its cause');
  });
  b.state.setState({ cause: 1 });
  await w.settle();
  assert.deepEqual(b.state.getState(), { cause: 1, effect: 1 });
  assert.equal(seen.length, 2);
});

test('writing all the time at a debounce sends at least every maxWaitMs; the last write is flushed', async () => {
  const sent = [];
  const messenger = {
    on() {},
    broadcast(type, payload) {
      if (type === 'state:update') sent.push(payload.updates.n);
    },
  };
  const state = new SyncedState(messenger, {}, { debounceMs: 40, maxWaitMs: 80 });
  const until = Date.now() + 400;
  let n = 0;
  while (Date.now() < until) {
    state.setState({ n: ++n });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(sent.length >= 2, `sent while the writing went on: ${sent.length}`);
  await state.flush();
  assert.equal(sent.at(-1), n);
  state.destroy();
});
