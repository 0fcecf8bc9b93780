// How writes that did not know of each other are settled: each strategy, per state and per key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState } from '../../pkg/index.js';
import { Windows } from './lib.mjs';

/** Two windows that have met, then part, write, and meet again. */
const apart = async (initial, options, write, check) => {
  const w = new Windows({ seed: 3 });
  try {
    const [a, b] = [w.open(initial, options), w.open(initial, options)];
    await w.settle();
    w.network.partition([a.parley], [b.parley]);
    await write(a.state, b.state);
    await w.network.settle();
    w.network.heal();
    await w.settle();
    await check(a.state, b.state, w, a, b);
  } finally {
    w.destroy();
  }
};
const pause = (ms = 2) => new Promise((resolve) => setTimeout(resolve, ms));

test("'last-write-wins': the later one, however many writes the earlier had seen", () =>
  apart(
    { x: 0 },
    { conflict: 'last-write-wins' },
    async (a, b) => {
      for (let n = 1; n <= 3; n++) await a.setState({ x: `a${n}` });
      await pause();
      await b.setState({ x: 'b1' });
    },
    (a) => assert.equal(a.get('x'), 'b1'),
  ));

test("'highest-version': the one that had seen more writes, though it is the earlier", () =>
  apart(
    { x: 0 },
    { conflict: 'highest-version' },
    async (a, b) => {
      for (let n = 1; n <= 3; n++) await a.setState({ x: `a${n}` });
      await pause();
      await b.setState({ x: 'b1' });
    },
    (a) => assert.equal(a.get('x'), 'a3'),
  ));

test("'merge': fields of an object, members of a list, and what was added to a number", () =>
  apart(
    { prefs: { font: 'serif', theme: 'light', deep: { a: 1, b: 2 } }, tags: ['x', 'y'], count: 10 },
    { conflict: 'merge' },
    async (a, b) => {
      const { prefs } = a.getState();
      a.setState({
        prefs: { ...prefs, font: 'mono', deep: { ...prefs.deep, a: 9 } },
        tags: ['x', 'y', 'a'],
        count: 13,
      });
      b.setState({ prefs: { ...prefs, theme: 'dark', deep: { a: 1 } }, tags: ['y', 'b'], count: 12 });
    },
    (a) => {
      assert.deepEqual(a.get('prefs'), { font: 'mono', theme: 'dark', deep: { a: 9 } });
      assert.deepEqual([...a.get('tags')].sort(), ['a', 'b', 'y']);
      assert.equal(a.get('count'), 15);
    },
  ));

test('a strategy for each key; the others are settled by the later write', () =>
  apart(
    { sum: 0, old: '', new: '' },
    { conflict: { sum: 'merge', old: 'highest-version' } },
    async (a, b) => {
      await a.setState({ sum: 1, old: 'a1', new: 'a1' });
      await a.setState({ sum: 2, old: 'a2', new: 'a2' });
      await pause();
      await b.setState({ sum: 5, old: 'b', new: 'b' });
    },
    (a) => assert.deepEqual(a.getState(), { sum: 7, old: 'a2', new: 'b' }),
  ));

test("'manual': all candidates in every window, who wrote them and when; resolve() settles it everywhere", async () => {
  const told = [];
  await apart(
    { title: 'draft', other: 1 },
    { conflict: { title: 'manual' } },
    async (a, b) => {
      for (const [name, state] of Object.entries({ a, b }))
        state.onConflict((key, list) => told.push([name, key, list.map(({ value }) => value).sort()]));
      await a.setState({ title: 'from a' });
      await pause();
      await b.setState({ title: 'from b', other: 2 });
    },
    async (a, b, w, one, two) => {
      assert.equal(a.get('title'), 'from b', 'until then the later shows');
      assert.deepEqual([...a.conflicts.keys()], ['title']);
      assert.equal(a.conflicts, a.conflicts, 'the same map until it changes');
      for (const state of [a, b]) {
        const list = [...state.conflicts.get('title')].sort((x, y) => x.at - y.at);
        assert.deepEqual(
          list.map(({ value, from }) => [value, from]),
          [
            ['from a', one.parley.instanceId],
            ['from b', two.parley.instanceId],
          ],
        );
        for (const { at } of list) assert.ok(Math.abs(Date.now() - at) < 60_000, `${at} is a time`);
      }
      assert.deepEqual(told.sort(), [
        ['a', 'title', ['from a', 'from b']],
        ['b', 'title', ['from a', 'from b']],
      ]);
      const late = w.open({ title: 'draft', other: 1 }, { conflict: { title: 'manual' } });
      await w.settle();
      assert.equal(late.state.conflicts.get('title').length, 2, 'whoever comes late has them too');

      await b.resolve('title', 'both');
      await w.settle();
      for (const { state } of w.all) {
        assert.equal(state.get('title'), 'both');
        assert.equal(state.conflicts.size, 0);
      }
    },
  );
});

test("'manual': writing what shows settles, even if it changes nothing", () =>
  apart(
    { x: 0 },
    { conflict: 'manual' },
    async (a, b) => {
      await a.setState({ x: 'a' });
      await pause();
      await b.setState({ x: 'b' });
    },
    async (a, b, w) => {
      await a.setState({ x: 'b' });
      await w.settle();
      assert.deepEqual([a.conflicts.size, b.conflicts.size, b.get('x')], [0, 0, 'b']);
    },
  ));

test("'manual': two that resolve at once are a conflict again; a deletion is a candidate", () =>
  apart(
    { x: 0 },
    { conflict: 'manual' },
    async (a, b) => {
      await a.delete('x');
      await pause();
      await b.setState({ x: 'b' });
    },
    async (a, b, w) => {
      const values = (state) => state.conflicts.get('x').map(({ value }) => value);
      assert.deepEqual(new Set(values(a)), new Set([undefined, 'b']));
      a.resolve('x', 1);
      b.resolve('x', 2);
      await w.settle();
      assert.deepEqual(values(a).sort(), [1, 2]);
      assert.deepEqual(values(b).sort(), [1, 2]);
      await a.resolve('x', undefined);
      await w.settle();
      assert.deepEqual([b.conflicts.size, 'x' in b.getState()], [0, false]);
    },
  ));

test("'manual': a handler that resolves, one that was taken off, and one that throws", () =>
  apart(
    { x: 0 },
    { conflict: 'manual' },
    async (a, b) => {
      const off = a.onConflict(() => assert.fail('it was taken off'));
      off();
      off();
      a.onConflict(
        (key, list) =>
          void a.resolve(
            key,
            list
              .map(({ value }) => value)
              .sort()
              .join('+'),
          ),
      );
      b.onConflict(() => {
        throw new Error('of the application');
      });
      a.setState({ x: 'a' });
      b.setState({ x: 'b' });
    },
    (a, b) => {
      assert.equal(b.get('x'), 'a+b');
      assert.equal(b.conflicts.size, 0);
    },
  ));

test('a function: called with both values, what was there before, and the key', async () => {
  const calls = [];
  const conflict = (mine, theirs, base, key) => {
    calls.push([mine, theirs, base, key]);
    return Math.max(mine, theirs);
  };
  await apart(
    { best: 1 },
    { conflict },
    async (a, b) => {
      await a.setState({ best: 7 });
      await pause();
      await b.setState({ best: 5 });
    },
    (a, b) => assert.deepEqual([a.get('best'), b.get('best')], [7, 7]),
  );
  assert.ok(calls.length >= 2, 'in either window');
  for (const [mine, theirs, base, key] of calls)
    assert.deepEqual([[mine, theirs].sort(), base, key], [[5, 7], 1, 'best']);
});

test('a function that throws, or gives what cannot be cloned: reported, the later stands, all agree', async () => {
  for (const bad of [
    () => {
      throw new Error('of the application');
    },
    () => () => {},
  ]) {
    const errors = [];
    await apart(
      { x: 0 },
      { conflict: bad },
      async (a, b) => {
        await a.setState({ x: 'a' });
        await pause();
        await b.setState({ x: 'b' });
      },
      (a, b, w, one) => {
        one.parley.onSystem('system:error', (error) => errors.push(error));
        assert.deepEqual([a.get('x'), b.get('x')], ['b', 'b']);
      },
    );
  }
});

test('a function that gives undefined deletes', () =>
  apart(
    { x: 0 },
    { conflict: () => undefined },
    async (a, b) => {
      a.setState({ x: 1 });
      b.setState({ x: 2 });
    },
    (a, b) => assert.deepEqual([a.getState(), b.getState()], [{}, {}]),
  ));

test('conflict takes a strategy, a function, or one for each key', () => {
  const parley = Parley.create();
  for (const bad of ['newest', '', 7, null, true, [], ['merge'], { x: 'newest' }, { x: null }, { x: {} }, Symbol('s')])
    assert.throws(() => new SyncedState(parley, {}, { conflict: bad }), { code: 'ERR_CONFIG' }, String(bad));
  const fine = new SyncedState(parley, {}, { conflict: { x: undefined, y: (mine) => mine, __proto__: { z: 1 } } });
  assert.equal(fine.conflicts.size, 0);
  assert.throws(() => fine.onConflict('no function'), { code: 'ERR_ARGUMENT' });
  parley.destroy();
});

test('resolve() without a conflict is a write; of what cannot be cloned nothing', async () => {
  const w = new Windows({});
  const a = w.open({ x: 0 }, { conflict: 'manual' });
  await a.state.resolve('x', 1);
  assert.equal(a.state.get('x'), 1);
  await assert.rejects(
    a.state.resolve('x', () => {}),
    { code: 'ERR_SERIALIZATION' },
  );
  await assert.rejects(a.state.resolve(7, 1), { code: 'ERR_ARGUMENT' });
  assert.equal(a.state.get('x'), 1);
  w.destroy();
});
