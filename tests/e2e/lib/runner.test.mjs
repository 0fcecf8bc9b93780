// The runner, with players that need no browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './runner.mjs';

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Players that note what runs beside what; `fails(name, attempt)` says which attempts go wrong. */
function company(count, fails = () => false) {
  const seen = { most: 0, beside: new Map(), seeds: new Map(), attempts: new Map(), closed: 0 };
  const running = new Set();
  const player = () => ({
    browser: { name: 'none', can: { fly: true } },
    async play({ name }, seed) {
      const attempt = (seen.attempts.get(name) ?? 0) + 1;
      seen.attempts.set(name, attempt);
      seen.beside.set(name, running.size);
      seen.seeds.set(name, seed);
      running.add(name);
      seen.most = Math.max(seen.most, running.size);
      await turn();
      running.delete(name);
      return { error: fails(name, attempt) ? new Error(`${name} went wrong`) : null, log: [], notes: [], took: 1 };
    },
    async close() {
      seen.closed++;
    },
  });
  return { players: Array.from({ length: count }, player), seen };
}

const named = (name, options) => ({ name, needs: [], alone: false, round: 0, ...options });
const many = Array.from({ length: 9 }, (_, index) => named(`t${index}`));

test('as many at a time as there are players, and one that must be alone after all others', async () => {
  const { players, seen } = company(3);
  const counts = await run([named('quiet', { alone: true }), ...many], { players, out() {} });
  assert.deepEqual(counts, { passed: 10, failed: 0, skipped: 0, again: 0 });
  assert.equal(seen.most, 3);
  assert.equal(seen.beside.get('quiet'), 0);
  assert.equal([...seen.attempts.keys()].at(-1), 'quiet');
  assert.equal(seen.closed, 2, 'the others make room first');
});

test('what fails is tried once more, alone, where nobody watches', async () => {
  for (const [times, expected] of [
    [1, { passed: 9, failed: 0, skipped: 0, again: 1 }],
    [2, { passed: 8, failed: 1, skipped: 0, again: 1 }],
  ]) {
    const { players, seen } = company(2, (name, attempt) => name === 't4' && attempt <= times);
    const said = [];
    assert.deepEqual(await run(many, { players, again: true, out: (line) => said.push(line) }), expected);
    assert.equal(seen.attempts.get('t4'), 2);
    assert.equal(seen.beside.get('t4'), 0);
    assert.match(said.join('\n'), /^again t4 [^]*t4 went wrong/m);
  }
  const { players, seen } = company(2, (name) => name === 't4');
  assert.equal((await run(many, { players, out() {} })).failed, 1);
  assert.equal(seen.attempts.get('t4'), 1);
});

test('a seed hangs on the name and the round, not on what else runs', async () => {
  const one = company(2);
  await run(many, { players: one.players, out() {} });
  const other = company(1);
  await run([many[7]], { players: other.players, out() {} });
  assert.equal(other.seen.seeds.get('t7'), one.seen.seeds.get('t7'));
  await run([{ ...many[7], round: 1 }], { players: other.players, out() {} });
  assert.notEqual(other.seen.seeds.get('t7'), one.seen.seeds.get('t7'));
});

test('what the driver cannot do is left out and told', async () => {
  const { players } = company(2);
  const said = [];
  const tests = [named('birds', { needs: ['fly'] }), named('fish', { needs: ['swim'] })];
  const counts = await run(tests, { players, out: (line) => said.push(line) });
  assert.deepEqual(counts, { passed: 1, failed: 0, skipped: 1, again: 0 });
  assert.match(said.at(-1), /^skip {2}fish .*swim/);
});

test('a reason of the browser is told for what it lacks, and for what its table names', async () => {
  const { players } = company(1);
  const [{ browser }] = players;
  Object.assign(browser, { lacks: { swim: 'it sinks' }, skips: new Map([['hens', 'they are tired']]) });
  const said = [];
  const tests = [named('fish', { needs: ['swim'] }), named('hens', { needs: ['fly'] }), named('birds')];
  const counts = await run(tests, { players, out: (line) => said.push(line) });
  assert.deepEqual(counts, { passed: 1, failed: 0, skipped: 2, again: 0 });
  assert.deepEqual(said.slice(1), ['skip  fish (it sinks)', 'skip  hens (they are tired)']);
});
