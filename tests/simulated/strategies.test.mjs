// Any schedule of writes of every kind under every strategy, then quiet: every window equal, every listener told of everything.
// PARLEY_SEEDS=1000 runs more; a failure names its seed, and PARLEY_SEED=n runs that one alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Windows, generator } from './lib.mjs';

const larger = (mine, theirs) => (JSON.stringify(mine) > JSON.stringify(theirs) ? mine : theirs);
const STRATEGIES = ['last-write-wins', 'highest-version', 'merge', 'manual', larger];
const KEYS = ['a', 'b', 'c', 'n', 'm'];

const value = ({ below }) =>
  [
    () => below(9),
    () => ({ p: below(3), q: { r: below(3) } }),
    () => ({ q: { s: [below(4), below(4)] } }),
    () => [below(4), below(4), below(4)],
    () => undefined,
    () => null,
  ][below(6)]();

const act = (dice, view, w) => {
  const { below } = dice;
  const { state } = view;
  const key = KEYS[below(KEYS.length)];
  const quietly = (promise) => promise.catch(() => {});
  const set = () =>
    quietly(state.setState({ [key]: value(dice), ...(below(3) ? {} : { [KEYS[below(3)]]: value(dice) }) }));
  const what = below(24);
  if (what < 9) set();
  else if (what < 11) quietly(state.increment(KEYS[3 + below(2)], below(5) - 2));
  else if (what < 13) quietly(state.transaction(() => void (set(), quietly(state.increment('n')), set())));
  else if (what === 13) state.undo();
  else if (what === 14) state.redo();
  else if (what === 15) quietly(state.delete(key));
  else if (what === 16) quietly(below(3) ? state.delete(key) : state.reset());
  else if (what === 17)
    quietly(state.setState({ [key]: value(dice) }, { ack: 'all', timeout: below(2), rollbackOnError: true }));
  else if (what === 18) for (const contested of state.conflicts.keys()) quietly(state.resolve(contested, value(dice)));
  else if (what === 19) return new Promise((resolve) => setTimeout(resolve, 1));
  else if (what === 20) w.network.partition(w.all.map((one) => one.parley).filter(() => below(2)));
  else if (what === 21) w.network.heal();
  else if (what === 22 && w.all.length < 5) return 'open';
  else if (what === 23 && w.all.length > 2) w.close(view);
  return new Promise((resolve) => setImmediate(resolve));
};

/** The windows of one schedule have one strategy, or another for each key; some refuse odd numbers. */
const schedule = async (seed) => {
  const dice = generator(seed);
  const { below, random } = dice;
  const w = new Windows({
    seed,
    latency: [0, below(2) * 100],
    loss: below(2) * random() * 0.3,
    duplicate: below(2) * 0.2,
  });
  const mixed = Object.fromEntries(KEYS.map((key) => [key, STRATEGIES[below(STRATEGIES.length)]]));
  const conflict = below(2) ? mixed : STRATEGIES[below(STRATEGIES.length)];
  const initial = below(2) ? {} : { a: { p: 0, q: { r: 0 } }, b: [1, 2], n: 0 };
  const open = () => w.open(structuredClone(initial), { conflict });
  try {
    for (let n = 2 + below(2); n > 0; n--) open();
    for (let steps = 10 + below(40); steps > 0; steps--)
      if ((await act(dice, w.all[below(w.all.length)], w)) === 'open') open();
    w.network.heal();
    // Writes that are taken back when their time is up have to be by then.
    await new Promise((resolve) => setTimeout(resolve, 4));
    await w.settle();
    const contested = (view) => [...view.state.conflicts].map(([key, list]) => [key, list.length]).sort();
    for (const view of w.all) assert.deepEqual(contested(view), contested(w.all[0]));
  } finally {
    w.destroy();
  }
};

const only = process.env.PARLEY_SEED;
const seeds =
  only === undefined
    ? Array.from({ length: Number(process.env.PARLEY_SEEDS ?? 150) }, (_, i) => i + 1)
    : [Number(only)];

test(`${seeds.length} schedules from seeds, under every strategy`, async () => {
  for (const seed of seeds) {
    try {
      await schedule(seed);
    } catch (error) {
      assert.fail(`PARLEY_SEED=${seed} fails: ${error.stack}`);
    }
  }
});
