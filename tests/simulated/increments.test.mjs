// Increments of several windows all count.
import assert from 'node:assert/strict';
import { inNetwork } from './lib.mjs';

for (const conflict of ['last-write-wins', 'highest-version', 'merge', 'manual', (mine) => mine]) {
  const name = typeof conflict === 'string' ? conflict : 'a function';
  inNetwork(`three windows add at once, under ${name}`, async (w) => {
    const open = () => w.open({ n: 10 }, { conflict });
    const all = [open(), open(), open()];
    await w.settle();
    for (const [at, { state }] of all.entries()) {
      state.increment('n');
      state.increment('n', at * 10);
    }
    assert.deepEqual(
      all.map(({ state }) => state.get('n')),
      [11, 21, 31],
      'at once, here',
    );
    await w.settle();
    assert.deepEqual(w.assertAgree(), { n: 43 });
    const late = open();
    await w.settle();
    assert.equal(late.state.get('n'), 43);
  });

  inNetwork(`of a key that is not there, under ${name}`, async (w) => {
    const [a, b] = [w.open({}, { conflict }), w.open({}, { conflict })];
    await w.settle();
    a.state.increment('n', 2);
    b.state.increment('n', -0.5);
    await w.settle();
    assert.deepEqual(w.assertAgree(), { n: 1.5 });
    await a.state.delete('n');
    await w.settle();
    assert.deepEqual(w.assertAgree(), {});
    await b.state.increment('n', 4);
    await w.settle();
    assert.deepEqual(w.assertAgree(), { n: 4 });
  });
}

inNetwork('beside a write: it counts for what it was added to', async (w) => {
  const [a, b] = [w.open({ n: 1 }), w.open({ n: 1 })];
  await w.settle();
  await a.state.setState({ n: 100 });
  await w.settle();
  b.state.increment('n', 5);
  await w.settle();
  assert.deepEqual(w.assertAgree(), { n: 105 });
});

inNetwork('two windows that read and then write: one is lost, which is why there is increment()', async (w) => {
  const [a, b] = [w.open({ n: 0 }), w.open({ n: 0 })];
  await w.settle();
  for (const { state } of [a, b]) state.setState(({ n }) => ({ n: n + 1 }));
  await w.settle();
  assert.equal(w.assertAgree().n, 1);
});

inNetwork('of what is no number, or by what is none: ERR_ARGUMENT, and nothing changes', async (w) => {
  const initial = { text: 'x', list: [1], none: null, big: 1n, nan: NaN, n: 1 };
  const a = w.open(initial, { conflict: { list: 'merge' } });
  for (const key of ['text', 'list', 'none', 'big', 'nan'])
    await assert.rejects(a.state.increment(key), { code: 'ERR_ARGUMENT' }, key);
  for (const by of ['1', NaN, Infinity, null, {}, 1n])
    await assert.rejects(a.state.increment('n', by), { code: 'ERR_ARGUMENT' });
  for (const key of [undefined, 7, null, {}]) await assert.rejects(a.state.increment(key), { code: 'ERR_ARGUMENT' });
  await assert.rejects(
    a.state.transaction(() => {
      a.state.setState({ n: 2 });
      a.state.increment('n');
      a.state.setState({ n: 'text' });
      a.state.increment('n').catch(() => {});
      throw new Error('enough');
    }),
    /enough/,
  );
  assert.deepEqual([a.state.getState(), a.changes], [initial, []]);
});

inNetwork('of a key that stays in this window', async (w) => {
  const [a, b] = [w.open({ own: 1 }, { syncedKeys: [] }), w.open({ own: 7 })];
  await a.state.increment('own', 4);
  await a.state.increment('new');
  await w.network.settle();
  assert.deepEqual([a.state.getState(), b.state.getState()], [{ own: 5, new: 1 }, { own: 7 }]);
  await a.state.setState({ own: 'text' });
  await assert.rejects(a.state.increment('own'), { code: 'ERR_ARGUMENT' });
});

inNetwork(
  'a thousand from four windows over a bad network: each once',
  async (w) => {
    const all = [0, 1, 2, 3].map(() => w.open({ n: 0 }));
    await w.settle();
    let sum = 0;
    for (let n = 0; n < 1000; n++) {
      const by = (n % 7) - 2;
      sum += by;
      all[(n * 7) % 4].state.increment('n', by);
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await w.settle();
    assert.equal(w.assertAgree().n, sum);
  },
  { seed: 8, latency: [0, 50], loss: 0.3, duplicate: 0.2 },
);
