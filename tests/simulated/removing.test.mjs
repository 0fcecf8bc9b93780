// delete() and reset(), beside what others write, and for those who come later.
import assert from 'node:assert/strict';
import { inNetwork } from './lib.mjs';

const pause = () => new Promise((resolve) => setTimeout(resolve, 3));

for (const conflict of ['last-write-wins', 'highest-version', 'merge', 'manual', (mine) => mine]) {
  const name = typeof conflict === 'string' ? conflict : 'a function';
  inNetwork(`deleted keys stay deleted, for those who come late as well, under ${name}`, async (w) => {
    const open = () => w.open({ list: [1, 2], n: 1, o: { p: 1 }, kept: 1 }, { conflict });
    const [a, b] = [open(), open()];
    await w.settle();
    await a.state.delete('list', 'n', 'never there');
    await b.state.setState({ o: undefined });
    await w.settle();
    const late = open();
    await w.settle();
    assert.deepEqual(late.state.getState(), { kept: 1 });
    assert.deepEqual(Object.keys(w.assertAgree()), ['kept']);
    await late.state.setState({ list: [7], n: 2, o: { q: 1 } });
    await w.settle();
    assert.deepEqual(w.assertAgree(), { list: [7], n: 2, o: { q: 1 }, kept: 1 });
  });

  inNetwork(`reset() goes back to what the state began with, everywhere, under ${name}`, async (w) => {
    const initial = () => ({ list: [1, 2], n: 1, o: { p: 1 } });
    const open = () => w.open(initial(), { conflict });
    const [a, b] = [open(), open()];
    await w.settle();
    await a.state.setState({ list: [3], n: 5, o: { p: 2, q: 3 }, more: 'x' });
    await b.state.increment('n', 2);
    await w.settle();
    await b.state.reset();
    await w.settle();
    assert.deepEqual(w.assertAgree(), initial());
    const late = open();
    await w.settle();
    assert.deepEqual(late.state.getState(), initial());
  });
}

inNetwork('reset() in one window while another writes: the later of the two, key by key', async (w) => {
  const open = () => w.open({ x: 0, y: 0 });
  const [a, b] = [open(), open()];
  await w.settle();
  await a.state.setState({ x: 1, y: 1, z: 1 });
  await w.settle();
  w.network.partition([a.parley], [b.parley]);
  await b.state.setState({ x: 'before' });
  await pause();
  await a.state.reset();
  await pause();
  await b.state.setState({ y: 'after' });
  w.network.heal();
  await w.settle();
  assert.deepEqual(w.assertAgree(), { x: 0, y: 'after' });
});

inNetwork('reset() of keys that stay in this window, told as one change', async (w) => {
  const a = w.open({ shared: 0, own: 0 }, { syncedKeys: ['shared'] });
  await a.state.setState({ shared: 1, own: 1, more: 1 });
  await a.state.reset();
  assert.deepEqual(a.state.getState(), { shared: 0, own: 0 });
  assert.deepEqual(
    a.changes.map(({ keys }) => [...keys].sort()),
    [
      ['more', 'own', 'shared'],
      ['more', 'own', 'shared'],
    ],
  );
});

inNetwork('reset() of a state that began empty', async (w) => {
  const [a, b] = [w.open(undefined), w.open(undefined)];
  await w.settle();
  await a.state.setState({ x: 1, y: { z: 2 } });
  await w.settle();
  await b.state.reset();
  await w.settle();
  assert.deepEqual(w.assertAgree(), {});
  await b.state.reset();
});

inNetwork('what cannot be a key', async (w) => {
  const a = w.open({ x: 1 });
  for (const bad of [7, null, {}, Symbol('s')])
    await assert.rejects(a.state.delete('x', bad), { code: 'ERR_ARGUMENT' });
  await a.state.delete();
  assert.deepEqual([a.state.getState(), a.changes], [{ x: 1 }, []]);
});
