// Any schedule of writes, losses, partitions and reloads, then quiet: every window equal, every listener told of everything.
// PARLEY_SEEDS=1000 runs more; a failure names its seed, and PARLEY_SEED=n runs that one alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Windows, generator } from './lib.mjs';

const KEYS = ['a', 'b', 'c', 'd', '__proto__', 'constructor', ''];

const value = ({ below }) =>
  [
    () => below(5),
    () => `text ${below(5)}`,
    () => ({ nested: { list: [below(3), new Date(below(9))] } }),
    () => new Map([[below(3), new Set([below(3)])]]),
    () => undefined,
    () => null,
  ][below(6)]();

const schedule = async (seed) => {
  const dice = generator(seed);
  const { below, random } = dice;
  const windows = new Windows({
    seed,
    latency: [0, below(2) * 300],
    loss: below(2) * random() * 0.4,
    duplicate: below(2) * random() * 0.3,
  });
  try {
    for (let n = 2 + below(3); n > 0; n--) windows.open(below(2) ? {} : { a: `initial ${n}` });
    for (let steps = 10 + below(40); steps > 0; steps--) {
      const view = windows.all[below(windows.all.length)];
      const what = below(20);
      if (what < 12) {
        const updates = {};
        for (let n = 1 + below(3); n > 0; n--) {
          const key = KEYS[below(KEYS.length)];
          Object.defineProperty(updates, key, { value: value(dice), enumerable: true, configurable: true });
        }
        view.state.setState(updates);
      } else if (what < 14) view.state.delete(KEYS[below(KEYS.length)]);
      else if (what === 14) await new Promise((resolve) => setImmediate(resolve));
      else if (what === 15) windows.network.partition(windows.all.map((v) => v.parley).filter(() => below(2)));
      else if (what === 16) windows.network.heal();
      else if (what === 17 && windows.all.length > 2) windows.close(view);
      else if (what === 18 && windows.all.length < 6) windows.open();
      else await Promise.resolve();
    }
    windows.network.heal();
    await windows.settle();
  } finally {
    windows.destroy();
  }
};

const only = process.env.PARLEY_SEED;
const seeds =
  only === undefined
    ? Array.from({ length: Number(process.env.PARLEY_SEEDS ?? 150) }, (_, i) => i + 1)
    : [Number(only)];

test(`${seeds.length} schedules from seeds`, async () => {
  for (const seed of seeds) {
    try {
      await schedule(seed);
    } catch (error) {
      assert.fail(`PARLEY_SEED=${seed} fails: ${error.stack}`);
    }
  }
});

test('one seed gives one order', async () => {
  const record = async () => {
    const windows = new Windows({ seed: 9, latency: [0, 100], loss: 0.2 });
    const [a, b] = [windows.open(), windows.open()];
    await windows.network.settle();
    const order = [];
    b.parley.on('n', (n) => void order.push(n));
    for (let n = 0; n < 30; n++) a.parley.broadcast('n', n);
    await windows.network.settle();
    windows.destroy();
    return order;
  };
  const [first, second] = [await record(), await record()];
  assert.deepEqual(first, second);
  assert.notDeepEqual(
    first,
    [...first].sort((x, y) => x - y),
    'and it is not the order of sending',
  );
});
