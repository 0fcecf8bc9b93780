// An allowed peer that lies: it gives two windows two contents of one write, or two actions of one number. They see it when they
// compare, and agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState, SyncedStore } from '../../pkg/index.js';
import { until } from './windows.mjs';

/** The frame with another text in the place of one, wherever it stands. */
const forge = (part, from, to) => {
  if (part === from) return to;
  if (Array.isArray(part)) return part.map((inner) => forge(inner, from, to));
  if (Object.prototype.toString.call(part) !== '[object Object]') return part;
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, forge(inner, from, to)]));
};

/** A wire; what its first end sends is tapped. */
const wire = (tap = (frame) => frame) => {
  const end = () => ({
    onframe: null,
    send(frame) {
      const data = this.tap(structuredClone(frame));
      setImmediate(() => this.far.onframe?.(data));
    },
    close() {
      setImmediate(() => this.far.onclose?.());
    },
  });
  const [near, far] = [end(), end()];
  Object.assign(near, { far, tap });
  Object.assign(far, { far: near, tap: (frame) => frame });
  return [near, far];
};

/** Two honest windows, and a liar that tells the second `to` where it tells the first `from`. */
const lied = async (from, to, run) => {
  const [one, other, liar] = ['one', 'other', 'liar'].map((instanceId) =>
    Parley.create({ instanceId, logLevel: 'none' }),
  );
  const join = (a, b, tap) => {
    const [near, far] = wire(tap);
    return Promise.all([a.connect(near), b.connect(far)]);
  };
  await Promise.all([join(one, other), join(liar, one), join(liar, other, (frame) => forge(frame, from, to))]);
  const told = [];
  for (const parley of [one, other]) parley.onSystem('system:error', (error) => told.push(error.code));
  try {
    await run([one, other, liar]);
    assert.deepEqual(told, []);
  } finally {
    for (const parley of [one, other, liar]) parley.destroy();
  }
};

const PAIRS = [
  ['this', 'that'],
  ['that', 'this'],
];

for (const [from, to] of PAIRS) {
  test(`two contents of one write: ${from} here, ${to} there`, async () => {
    await lied(from, to, async ([one, other, liar]) => {
      const options = { name: 'shared' };
      const states = [one, other, liar].map((parley) => new SyncedState(parley, { text: '', list: [] }, options));
      await Promise.all(states.map((state) => state.ready));
      const [a, b, c] = states;
      const seen = [a.getState(), b.getState()];
      [a, b].forEach((state, at) => state.subscribe((next) => (seen[at] = next)));
      await c.setState({ text: from, list: [1, { deep: from }] });
      await until(() => a.getState().text !== '' && b.getState().text !== '');
      assert.deepEqual([a.getState().text, b.getState().text], [from, to], 'they do not even differ');
      liar.destroy();
      await until(
        () => a.getState().text === b.getState().text && a.getState().list[1].deep === b.getState().list[1].deep,
        15_000,
      );
      assert.deepEqual(seen, [a.getState(), b.getState()], 'the listeners have heard of it');
      await b.setState({ text: 'after' });
      await until(() => a.getState().text === 'after');
      assert.deepEqual(a.getState(), b.getState());
    });
  });

  test(`two actions under one number: ${from} here, ${to} there`, async () => {
    await lied(from, to, async ([one, other, liar]) => {
      const reducer = (state, { type, value }) => (type === 'add' ? [...state, value] : state);
      const stores = [one, other, liar].map((parley) => new SyncedStore(parley, reducer, [], { name: 'shared' }));
      await Promise.all(stores.map((store) => store.ready));
      const [a, b, c] = stores;
      c.dispatch({ type: 'add', value: from });
      await until(() => a.getState().length > 0 && b.getState().length > 0);
      assert.deepEqual([a.getState(), b.getState()], [[from], [to]], 'they do not even differ');
      liar.destroy();
      await until(() => a.getState()[0] === b.getState()[0]);
      b.dispatch({ type: 'add', value: 'after' });
      await until(() => a.getState().length === 2);
      assert.deepEqual(a.getState(), b.getState());
    });
  });
}
