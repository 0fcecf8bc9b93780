// Memory through the package: the heap and the wasm memory are flat however many actions there were.
//
// `PARLEY_ACTIONS=1000000 node --expose-gc --test tests/simulated/store-memory.test.mjs` is the long run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Parley, SyncedStore } from '../../pkg/index.js';

const actions = Number(process.env.PARLEY_ACTIONS ?? 40_000);

setFlagsFromString('--expose-gc');
const collect = globalThis.gc ?? runInNewContext('gc');
const turn = () => new Promise((resolve) => setImmediate(resolve));

// What is kept depends on the last few thousand actions only.
const reducer = (state, action) => ({
  count: state.count + 1,
  last: action.value,
  sum: (state.sum * 31 + action.n) % 1_000_003,
});

/** Two windows over a wire; what `deaf` is true for is not delivered. */
const pair = (deaf = () => false) => {
  const ends = [{}, {}].map(() => ({ onframe: null, onclose: null }));
  ends.forEach((end, at) => {
    const other = ends[1 - at];
    end.send = (frame) => {
      if (deaf()) return;
      const copy = structuredClone(frame);
      setImmediate(() => other.onframe?.(copy));
    };
    end.close = () => other.onclose?.();
  });
  const parleys = ends.map(() => Parley.create({ limits: { messagesPerSecond: 1e6 }, logLevel: 'none' }));
  const stores = parleys.map((parley) => new SyncedStore(parley, reducer, { count: 0, last: null, sum: 0 }));
  return { parleys, stores, connect: () => Promise.all(parleys.map((parley, at) => parley.connect(ends[at]))) };
};

const heap = async () => {
  for (let i = 0; i < 3; i++) {
    await turn();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
};

const dispatchMany = async (store, from, count) => {
  for (let n = from; n < from + count; n++) {
    // A value that would be seen if it were kept: 200 bytes each, 200 MB for a million.
    store.dispatch({ type: 'next', n, value: { text: `${n}`.padStart(200, '.') } });
    if (n % 250 === 249) {
      await turn();
      await turn();
    }
  }
};

const flatness = async (run) => {
  const warm = 10_000;
  await run(0, warm);
  const before = await heap();
  await run(warm, actions);
  const after = await heap();
  const grown = after - before;
  console.log(`${actions} actions: from ${before.toFixed(1)} MB to ${after.toFixed(1)} MB`);
  return grown;
};

test(`the heap is flat over ${actions} actions in two windows`, { timeout: 600_000 }, async () => {
  const { parleys, stores, connect } = pair();
  await connect();
  await Promise.all(stores.map((store) => store.ready));
  const grown = await flatness(async (from, count) => {
    await dispatchMany(stores[0], from, count / 2);
    await dispatchMany(stores[1], from + count / 2, count / 2);
  });
  for (let i = 0; i < 50 && stores[0].getState().count !== stores[1].getState().count; i++) await turn();
  assert.equal(stores[0].getState().count, 10_000 + actions);
  assert.deepEqual(stores[0].getState(), stores[1].getState());
  assert.ok(grown < 3, `${grown} MB more`);
  for (const parley of parleys) parley.destroy();
});

test(
  `the same beside a window that hears nothing; it has the state when it does again`,
  { timeout: 600_000 },
  async () => {
    let frozen = false;
    const { parleys, stores, connect } = pair(() => frozen);
    await connect();
    await Promise.all(stores.map((store) => store.ready));
    frozen = true;
    const grown = await flatness((from, count) => dispatchMany(stores[0], from, count));
    assert.ok(grown < 3, `${grown} MB more`);
    assert.equal(stores[1].getState().count, 0);
    frozen = false;
    for (const parley of parleys) parley._resync();
    for (let i = 0; i < 50; i++) await turn();
    assert.equal(stores[1].getState().count, 10_000 + actions);
    assert.deepEqual(stores[1].getState(), stores[0].getState());
    for (const parley of parleys) parley.destroy();
  },
);
