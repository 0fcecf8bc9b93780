// A storage that answers with anything at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { garbage, mutated } from '../e2e/pages/garbage.js';
import { generator } from './lib.mjs';
import { open, pause } from './persist.lib.mjs';

const stampOf = (ms) => (ms - Date.UTC(2020)) * 4096;
const good = () => ({
  'parley-sync': 1,
  version: 1,
  records: [
    ['a', stampOf(Date.now() - 5000), 7, { list: [1] }],
    ['b', stampOf(Date.now() - 4000), 8, null, 'deleted'],
    ['c', stampOf(Date.now() - 3000), 9, 'BIAAAAAAAAAA', 'bytes'],
    ['key\0s7', stampOf(Date.now() - 2000), 7, [1, 2, 3]],
    ['key\0cff', stampOf(Date.now() - 2000), 7, [5]],
    ['key\0.', stampOf(Date.now() - 2000), 7, ['?']],
  ],
});

test('garbage of every kind in every place: the state works, and nothing else changes', async () => {
  const { below } = generator(11);
  let hostile = null;
  const storage = {
    get: () => hostile,
    set: () => {},
    delete: () => {},
  };
  for (let round = 0; round < 3000; round++) {
    const kind = below(4);
    const record = () => ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, below(7)).map(() => garbage(below));
    if (kind === 0) hostile = garbage(below);
    else if (kind === 1)
      hostile = { 'parley-sync': 1, version: garbage(below), records: [record(), record(), garbage(below)] };
    else {
      hostile = mutated(good(), below);
      if (kind === 3) hostile = mutated(hostile, below);
    }
    const conflict = ['last-write-wins', 'merge', 'manual', 'highest-version', (mine) => mine][below(5)];
    const window = open({ initial: { a: 0 }, conflict, persist: { key: 'k', storage, onError: () => {} } });
    await window.state.ready;
    const what = `round ${round}`;
    await window.state.setState({ a: round, mine: { round } });
    assert.equal(window.state.get('a'), round, what);
    assert.deepEqual(window.state.get('mine'), { round }, what);
    assert.equal(Object.getPrototypeOf(window.state.getState()), Object.prototype, what);
    await window.state.delete(...Object.keys(window.state.getState()));
    // What was added to a key by a window of another strategy may stay.
    const left = Object.keys(window.state.getState()).filter((key) => conflict !== 'merge' || key !== 'key');
    assert.deepEqual(left, [], what);
    window.parley.destroy();
    if (round % 100 === 0) await pause(0);
  }
  assert.equal({}.polluted, undefined);
  assert.equal(globalThis.polluted, undefined);
});
