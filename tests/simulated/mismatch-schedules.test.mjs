// Windows with different options under any schedule: whoever treats a key alike agrees on it, and each mismatch is reported once.
// PARLEY_SEEDS=1000 runs more; a failure names its seed, and PARLEY_SEED=n runs that one alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedState, createTestNetwork } from '../../pkg/index.js';
import { generator } from './lib.mjs';

const KEYS = ['a', 'b', 'c', 'n'];
const larger = (mine, theirs) => (JSON.stringify(mine) > JSON.stringify(theirs) ? mine : theirs);
const STRATEGIES = ['last-write-wins', 'highest-version', 'merge', 'manual', larger];

/** Two or three sets of options: each key is treated alike in most of them. */
const variants = ({ below }) => {
  const base = KEYS.map(() => STRATEGIES[below(STRATEGIES.length)]);
  return Array.from({ length: 2 + below(2) }, () => {
    const strategies = base.map((one) => (below(3) ? one : STRATEGIES[below(STRATEGIES.length)]));
    const conflict = Object.fromEntries(KEYS.map((key, at) => [key, strategies[at]]));
    return below(4) ? { conflict } : { conflict, syncedKeys: KEYS.filter(() => below(4)) };
  });
};

const treatment = ({ conflict, syncedKeys }, key) =>
  syncedKeys?.includes(key) === false ? 'not synced' : typeof conflict[key] === 'function' ? 'function' : conflict[key];

const value = ({ below }) =>
  [() => below(9), () => ({ p: below(3), q: { r: below(3) } }), () => [below(4), below(4)], () => undefined][
    below(4)
  ]();

const act = (dice, { state, parley }, all, network) => {
  const { below } = dice;
  const quietly = (promise) => promise.catch(() => {});
  const set = () =>
    quietly(state.setState(Object.fromEntries(KEYS.filter(() => !below(3)).map((key) => [key, value(dice)]))));
  const what = below(20);
  if (what < 9) set();
  else if (what < 11) quietly(state.increment('n', below(5) - 2));
  else if (what < 13) quietly(state.transaction(() => void (set(), set())));
  else if (what === 13) state.undo();
  else if (what === 14) quietly(state.delete(KEYS[below(KEYS.length)]));
  else if (what === 15) network.partition(all.map((one) => one.parley).filter(() => below(2)));
  else if (what === 16) network.heal();
  else if (what === 17)
    quietly(state.setState({ a: value(dice) }, { ack: 'all', timeout: below(2), rollbackOnError: true }));
  else if (what === 18) return new Promise((resolve) => setTimeout(resolve, 1));
  return new Promise((resolve) => setImmediate(resolve));
};

const schedule = async (seed) => {
  const dice = generator(seed);
  const { below, random } = dice;
  const network = createTestNetwork({
    seed,
    latency: [0, below(2) * 100],
    loss: below(2) * random() * 0.3,
    duplicate: below(2) * 0.2,
  });
  const kinds = variants(dice);
  const all = [];
  const open = () => {
    const options = kinds[below(kinds.length)];
    const parley = network.createParley();
    const mismatches = [];
    parley.onSystem('system:error', ({ code, details }) => {
      if (code === 'ERR_CONFIG_MISMATCH') mismatches.push(`${details.peer.id} ${details.key}`);
    });
    all.push({ parley, options, mismatches, state: new SyncedState(parley, { n: 0 }, options) });
  };
  try {
    for (let n = 2 + below(2); n > 0; n--) open();
    for (let steps = 10 + below(30); steps > 0; steps--) {
      await act(dice, all[below(all.length)], all, network);
      if (!below(15) && all.length < 5) open();
    }
    network.heal();
    await new Promise((resolve) => setTimeout(resolve, 4));
    await network.settle();
    for (const [at, one] of all.entries())
      for (const other of all.slice(at + 1))
        for (const key of KEYS) {
          const [mine, theirs] = [treatment(one.options, key), treatment(other.options, key)];
          if (mine === theirs && mine !== 'not synced')
            assert.deepEqual(one.state.get(key), other.state.get(key), `${key}, ${mine}`);
          if (mine !== theirs)
            for (const [{ mismatches }, { parley }] of [
              [one, other],
              [other, one],
            ])
              assert.ok(
                // With syncedKeys in one of the two, keys that are not named differ all together.
                [key, '*'].some((named) => mismatches.includes(`${parley.instanceId} ${named}`)),
                `told: ${key}, ${mine}, ${theirs}`,
              );
        }
    for (const { mismatches } of all) assert.equal(new Set(mismatches).size, mismatches.length, 'once');
  } finally {
    for (const { parley } of all) parley.destroy();
  }
};

const only = process.env.PARLEY_SEED;
const seeds =
  only === undefined
    ? Array.from({ length: Number(process.env.PARLEY_SEEDS ?? 100) }, (_, i) => i + 1)
    : [Number(only)];

test('windows agree on every key that they treat alike, and are told of the others', async () => {
  for (const seed of seeds) {
    try {
      await schedule(seed);
    } catch (error) {
      error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
  }
});
