// Several writes that are made, sent and seen as one, and that win or lose together.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { inNetwork } from './lib.mjs';

const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

const pause = () => new Promise((resolve) => setTimeout(resolve, 3));

inNetwork('one change for the listeners here and over there, one message', async (w) => {
  const [a, b] = [w.open({ x: 0, y: 0, n: 1, gone: 1 }), w.open({ x: 0, y: 0, n: 1, gone: 1 })];
  await w.settle();
  const sent = [];
  const { broadcast } = a.parley;
  a.parley.broadcast = function (...args) {
    sent.push(args);
    return broadcast.apply(this, args);
  };
  const done = a.state.transaction(() => {
    a.state.setState({ x: 1 });
    a.state.setState(({ x }) => ({ y: x + 1 }));
    a.state.increment('n', 4);
    a.state.delete('gone');
  });
  assert.ok(done instanceof Promise);
  await done;
  await w.settle();
  assert.deepEqual(w.assertAgree(), { x: 1, y: 2, n: 5 });
  for (const { changes } of [a, b])
    assert.deepEqual(
      changes.map(({ keys }) => [...keys].sort()),
      [['gone', 'n', 'x', 'y']],
    );
  assert.equal(sent.length, 1);
});

inNetwork('inside, it reads what it has written; nobody else does', async (w) => {
  const a = w.open({ x: 0, list: [1] });
  await a.state.transaction(() => {
    const before = a.state.getState();
    a.state.setState({ x: 1, list: [...before.list, 2] });
    assert.deepEqual([a.state.get('x'), a.state.getState()], [1, { x: 1, list: [1, 2] }]);
    assert.ok(Object.isFrozen(a.state.getState()) && Object.isFrozen(a.state.get('list')));
    assert.deepEqual(before, { x: 0, list: [1] });
    a.state.increment('x', 2);
    assert.equal(a.state.get('x'), 3);
    a.state.delete('list');
    assert.deepEqual([a.state.getState(), a.state.get('list')], [{ x: 3 }, undefined]);
    assert.deepEqual(a.changes, [], 'nobody is told before it is over');
  });
  assert.deepEqual(a.state.getState(), { x: 3 });
});

for (const [how, end, error] of [
  ['throws', () => { throw new RangeError('mine'); }, RangeError], // prettier-ignore
  ['returns a promise', async () => {}, { code: 'ERR_ARGUMENT' }],
  ['returns a promise that rejects', () => Promise.reject(new Error('later')), { code: 'ERR_ARGUMENT' }],
  ['writes what cannot be cloned and lets that be', null, null],
]) {
  inNetwork(`what it runs ${how}`, async (w) => {
    const [a] = [w.open({ x: 0 }), w.open({ x: 0 })];
    await w.settle();
    let one;
    const done = a.state.transaction(() => {
      one = a.state.setState({ x: 1 });
      if (end) return end();
      a.state.setState({ f() {} }).catch(() => {});
    });
    if (error) {
      await assert.rejects(done, error);
      await assert.rejects(one, error);
    } else await done;
    await w.settle();
    assert.deepEqual(w.assertAgree(), { x: end ? 0 : 1 });
    assert.equal(a.changes.length, end ? 0 : 1);
    await a.state.setState({ x: 2 });
    assert.equal(a.state.get('x'), 2, 'and the state goes on');
  });
}

inNetwork('within another it is a part of that one; an empty one is nothing', async (w) => {
  const a = w.open({ x: 0 });
  await a.state.transaction(() => {
    a.state.setState({ x: 1 });
    a.state.transaction(() => void a.state.setState({ y: 1 }));
    assert.deepEqual(a.state.getState(), { x: 1, y: 1 });
  });
  assert.equal(a.changes.length, 1);
  await a.state.transaction(() => {});
  await a.state.transaction(() => void a.state.setState({}));
  assert.equal(a.changes.length, 1);
  for (const bad of [undefined, null, 7, 'x', {}])
    await assert.rejects(a.state.transaction(bad), { code: 'ERR_ARGUMENT' });
});

inNetwork('undo and redo inside of it are refused', async (w) => {
  const a = w.open({ x: 0 });
  await a.state.setState({ x: 1 });
  await assert.rejects(
    a.state.transaction(() => void a.state.undo()),
    { code: 'ERR_ARGUMENT' },
  );
  assert.equal(a.state.get('x'), 1);
});

inNetwork('one that loses a key loses all, and so it comes in every window', async (w) => {
  const open = () => w.open({ user: 'bob', token: 'of bob', other: 0 });
  const [a, b, c] = [open(), open(), open()];
  await w.settle();
  w.network.partition([a.parley], [b.parley, c.parley]);
  await a.state.transaction(() => void a.state.setState({ user: 'eve', token: 'of eve', other: 1 }));
  await pause();
  await b.state.setState({ token: 'of bob, renewed' });
  await w.network.settle();
  w.network.heal();
  await w.settle();
  assert.deepEqual(w.assertAgree(), { user: 'bob', token: 'of bob, renewed', other: 0 });
  const late = open();
  await w.settle();
  assert.deepEqual(late.state.getState(), { user: 'bob', token: 'of bob, renewed', other: 0 });
});

inNetwork('no window ever shows a part of one', async (w) => {
  const open = () => w.open({ left: 0, right: 0 });
  const all = [open(), open(), open()];
  await w.settle();
  const halves = [];
  for (const { state } of all) state.subscribe((now) => now.left === now.right || halves.push(now));
  for (let n = 1; n <= 30; n++) {
    const { state } = all[n % 3];
    state.transaction(() => {
      state.setState({ left: n });
      state.setState({ right: n });
    });
    if (n % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await w.settle();
  assert.deepEqual(halves, []);
}, { seed: 11, latency: [0, 100], loss: 0.2 }); // prettier-ignore

inNetwork('what a write in it asks for holds for the whole: ack, timeout, rollback', async (w) => {
  const [a, b] = [w.open({ x: 0, y: 0 }), w.open({ x: 0, y: 0 })];
  await w.settle();
  w.network.partition([a.parley], [b.parley]);
  const done = a.state.transaction(() => {
    a.state.setState({ x: 1 }, { ack: 'all', timeout: 40, rollbackOnError: true });
    a.state.setState({ y: 1 });
  });
  await assert.rejects(done, { code: 'ERR_TIMEOUT' });
  assert.deepEqual(a.state.getState(), { x: 0, y: 0 });
  assert.deepEqual(
    a.changes.map(({ keys, origin }) => [[...keys].sort(), origin]),
    [
      [['x', 'y'], 'local'],
      [['x', 'y'], 'rollback'],
    ],
  );
  w.network.heal();
  await w.settle();
});

inNetwork('keys that stay in this window are a part of the one change, too', async (w) => {
  const a = w.open({ shared: 0, own: 0 }, { syncedKeys: ['shared'] });
  await a.state.transaction(() => {
    a.state.setState({ shared: 1 });
    a.state.setState({ own: 1 });
  });
  assert.deepEqual(
    a.changes.map(({ keys }) => [...keys].sort()),
    [['own', 'shared']],
  );
});
