// undo() and redo(): this window's own writes only, and each converges like any other write.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { inNetwork } from './lib.mjs';

const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

inNetwork('step by step, back and forth, in every window', async (w) => {
  const [a, b] = [w.open({ x: 0 }), w.open({ x: 0 })];
  await w.settle();
  assert.deepEqual([a.state.undo(), a.state.redo()], [false, false], 'nothing yet');
  for (const x of [1, 2]) await a.state.setState({ x });
  await a.state.delete('x');
  const seen = [];
  for (const step of ['undo', 'undo', 'undo', 'undo', 'redo', 'redo', 'redo', 'redo']) {
    const done = a.state[step]();
    await w.settle();
    seen.push([step, done, b.state.get('x')]);
  }
  assert.deepEqual(seen, [
    ['undo', true, 2],
    ['undo', true, 1],
    ['undo', true, 0],
    ['undo', false, 0],
    ['redo', true, 1],
    ['redo', true, 2],
    ['redo', true, undefined],
    ['redo', false, undefined],
  ]);
});

inNetwork('a write after an undo: nothing to redo', async (w) => {
  const a = w.open({ x: 0 });
  await a.state.setState({ x: 1 });
  a.state.undo();
  await a.state.setState({ x: 2 });
  assert.equal(a.state.redo(), false);
  assert.equal(a.state.get('x'), 2);
});

inNetwork('what others wrote is theirs: undo leaves it, and takes back what it can', async (w) => {
  const [a, b] = [w.open({ x: 0, y: 0 }), w.open({ x: 0, y: 0 })];
  await w.settle();
  await a.state.setState({ x: 'a', y: 'a' });
  await w.settle();
  assert.equal(b.state.undo(), false, 'nothing of its own');
  await b.state.setState({ x: 'b' });
  await w.settle();
  assert.equal(a.state.undo(), true);
  await w.settle();
  assert.deepEqual(w.assertAgree(), { x: 'b', y: 0 });
  assert.equal(a.state.undo(), false);
});

inNetwork('of an increment: its share is taken out, whatever came since', async (w) => {
  const [a, b] = [w.open({ n: 0 }), w.open({ n: 0 })];
  await w.settle();
  await a.state.increment('n', 5);
  await w.settle();
  await b.state.increment('n', 7);
  await w.settle();
  assert.equal(a.state.undo(), true);
  await w.settle();
  assert.deepEqual(w.assertAgree(), { n: 7 });
  a.state.redo();
  await w.settle();
  assert.deepEqual(w.assertAgree(), { n: 12 });
});

inNetwork('of a transaction: all of it, in one change', async (w) => {
  const [a, b] = [w.open({ x: 0, n: 1 }), w.open({ x: 0, n: 1 })];
  await w.settle();
  await a.state.transaction(() => {
    a.state.setState({ x: 1 });
    a.state.increment('n', 2);
  });
  await w.settle();
  const told = b.changes.length;
  assert.equal(a.state.undo(), true);
  await w.settle();
  assert.deepEqual([w.assertAgree(), b.changes.length - told], [{ x: 0, n: 1 }, 1]);
});

inNetwork('of a merged value: its part of it', async (w) => {
  const open = () => w.open({ prefs: { font: 'serif', theme: 'light' } }, { conflict: 'merge' });
  const [a, b] = [open(), open()];
  await w.settle();
  a.state.setState({ prefs: { font: 'mono', theme: 'light' } });
  await w.settle();
  b.state.setState({ prefs: { font: 'mono', theme: 'dark' } });
  await w.settle();
  assert.equal(a.state.undo(), true);
  await w.settle();
  assert.deepEqual(w.assertAgree(), { prefs: { font: 'serif', theme: 'dark' } });
});

inNetwork('two windows undo at once, apart, over a bad network', async (w) => {
  const [a, b] = [w.open({ x: 0 }), w.open({ x: 0 })];
  await w.settle();
  a.state.setState({ x: 'a', a: 1 });
  b.state.setState({ x: 'b', b: 1 });
  await w.settle();
  w.network.partition([a.parley], [b.parley]);
  a.state.undo();
  b.state.undo();
  await w.network.settle();
  w.network.heal();
  await w.settle();
  const { x, ...rest } = w.assertAgree();
  assert.deepEqual(rest, {});
  assert.ok(['a', 0].includes(x), `what was before the later of the two: ${x}`);
}, { seed: 2, latency: [0, 40], loss: 0.2 }); // prettier-ignore

inNetwork('listeners are told that it is an own write', async (w) => {
  const [a, b] = [w.open({ x: 0 }), w.open({ x: 0 })];
  await w.settle();
  await a.state.setState({ x: 1 });
  a.state.undo();
  await w.settle();
  assert.deepEqual(
    a.changes.map(({ origin }) => origin),
    ['local', 'local'],
  );
  assert.deepEqual(b.state.getState(), { x: 0 });
});

inNetwork('what was taken back already is no step', async (w) => {
  const a = w.open({ x: 0 });
  w.open({ x: 0 }, { validate: ({ x }) => x !== 'bad' });
  await w.settle();
  await a.state.setState({ x: 1 });
  await assert.rejects(a.state.setState({ x: 'bad' }, { ack: 'all' }), { code: 'ERR_REJECTED' });
  assert.equal(a.state.get('x'), 1);
  assert.equal(a.state.undo(), true);
  assert.equal(a.state.get('x'), 0);
});

inNetwork('of reset() and of what it had removed', async (w) => {
  const [a, b] = [w.open({ x: 0 }), w.open({ x: 0 })];
  await w.settle();
  await a.state.setState({ x: 1, y: 2 });
  await a.state.reset();
  await w.settle();
  assert.deepEqual(b.state.getState(), { x: 0 });
  assert.equal(a.state.undo(), true);
  await w.settle();
  assert.deepEqual(w.assertAgree(), { x: 1, y: 2 });
});
