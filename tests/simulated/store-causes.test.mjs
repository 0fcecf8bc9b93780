// Nobody applies, or hears of, an effect before its cause, whatever overtakes whatever on the way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedStore, createTestNetwork } from '../../pkg/index.js';
import { generator } from './lib.mjs';
import { add, reducer } from './stores.mjs';

const seeds = Number(process.env.PARLEY_SEEDS ?? 20);

/** `values` has each effect after its cause: 'x>y' is what somebody answered to 'x' with. */
const assertCausal = (values, what) => {
  const seen = new Set();
  for (const value of values) {
    const cause = value.includes('>') ? value.slice(0, value.lastIndexOf('>')) : undefined;
    assert.ok(cause === undefined || seen.has(cause), `${what}: ${value} before its cause`);
    seen.add(value);
  }
  assert.equal(seen.size, values.length, `${what}: each once`);
};

test(`${seeds} schedules in which windows answer one another`, async () => {
  let overtaken = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const { below } = generator(seed);
    const network = createTestNetwork({ seed, latency: [0, 400], loss: below(2) * 0.2, duplicate: below(2) * 0.2 });
    const windows = Array.from({ length: 3 + below(2) }, (_, at) => {
      const parley = network.createParley();
      const store = new SyncedStore(parley, reducer, { items: [] });
      const view = { parley, store, heard: [], errors: [] };
      parley.onSystem('system:error', (error) => view.errors.push(error.message));
      store.subscribe((state, { value }) => {
        assertCausal(state.items, `seed ${seed}, the state of window ${at}`);
        view.heard.push(value);
        // Each window answers what ends in its number, twice at most.
        if (value.endsWith(`${at}`) && value.split('>').length < 4)
          store.dispatch(add(`${value}>${below(windows.length)}`));
      });
      return view;
    });
    await network.settle();
    for (let step = 0; step < 12; step++) {
      const { store } = windows[below(windows.length)];
      store.dispatch(add(`${step}:${below(windows.length)}`));
      if (below(2)) await new Promise((resolve) => setImmediate(resolve));
    }
    await network.settle();
    await network.settle();
    const [first] = windows;
    for (const [at, { store, heard, errors }] of windows.entries()) {
      assert.deepEqual(errors, [], 'what the listener asserts holds');
      assert.deepEqual(store.getState(), first.store.getState(), `seed ${seed}`);
      assert.deepEqual(
        [...heard].sort(),
        [...store.getState().items].sort(),
        `seed ${seed}, window ${at} heard of all`,
      );
      assertCausal(heard, `seed ${seed}, window ${at}`);
      overtaken += heard.join() === first.heard.join() ? 0 : 1;
    }
    for (const { parley } of windows) parley.destroy();
  }
  assert.ok(overtaken > 0, 'they were not told in the same order everywhere: there was something to put right');
});
