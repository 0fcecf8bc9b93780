// Windows that refuse what others write.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Parley, SyncedState } from '../../pkg/index.js';
import { Windows, inNetwork } from './lib.mjs';

const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

const good = ({ x }) => x === undefined || x >= 0;

const refusals = {
  'returns false': (updates) => good(updates),
  throws: (updates) => {
    if (!good(updates)) throw new Error('of the application');
  },
};
for (const [how, validate] of Object.entries(refusals)) {
  inNetwork(`validate ${how}: nothing changes there, and the writer is back at what was`, async (w) => {
    const [a, b, c] = [w.open({ x: 0 }), w.open({ x: 0 }, { validate }), w.open({ x: 0 })];
    await w.settle();
    const errors = [];
    a.parley.onSystem('system:error', (error) => errors.push([error.code, error.details.keys]));
    await a.state.setState({ x: -1 });
    await w.settle();
    for (const { state } of w.all) assert.deepEqual(state.getState(), { x: 0 });
    assert.deepEqual(b.changes, []);
    assert.deepEqual(errors, [['ERR_REJECTED', ['x']]], 'nobody waited, so everyone is told');
    await a.state.setState({ x: 5 });
    await w.settle();
    assert.equal(c.state.get('x'), 5, 'the next one is let in');
  });
}

inNetwork('whoever waits is told: ERR_REJECTED, and the rest of the state stays', async (w) => {
  const a = w.open({ x: 0, y: 0 });
  w.open({ x: 0, y: 0 }, { validate: good });
  await w.settle();
  await a.state.setState({ y: 1 });
  await assert.rejects(a.state.setState({ x: -1 }, { ack: 'all' }), { code: 'ERR_REJECTED' });
  await w.settle();
  assert.deepEqual(w.assertAgree(), { x: 0, y: 1 });
});

inNetwork('undefined, null or any other answer but false lets it in', async (w) => {
  const answers = [undefined, null, 0, '', true, 'no'];
  const a = w.open();
  const b = w.open({}, { validate: ({ n }) => answers[n] });
  await w.settle();
  for (const n of answers.keys()) await a.state.setState({ n, [`k${n}`]: 1 });
  await w.settle();
  assert.equal(Object.keys(b.state.getState()).length, answers.length + 1);
});

inNetwork('it is given the plain updates, frozen, and who sent them; deleted keys are undefined', async (w) => {
  const calls = [];
  const a = w.open({ x: 1, gone: 1 });
  w.open({ x: 1, gone: 1 }, { validate: (updates, from) => void calls.push([updates, from]) });
  await w.settle();
  calls.length = 0;
  await a.state.setState({ x: { deep: 2 }, gone: undefined });
  await w.settle();
  assert.equal(calls.length, 1);
  const [[updates, from]] = calls;
  assert.deepEqual(updates, { x: { deep: 2 }, gone: undefined });
  assert.ok(Object.isFrozen(updates) && Object.isFrozen(updates.x));
  assert.deepEqual([from.id, from.state], [a.parley.instanceId, 'connected']);
});

inNetwork('own writes are not asked about', async (w) => {
  const a = w.open({}, { validate: () => assert.fail('of what is written here') });
  await a.state.setState({ x: -1 });
  assert.equal(a.state.get('x'), -1);
});

inNetwork('whoever comes late refuses what was there: only that, and in every window', async (w) => {
  const a = w.open({ x: 0, y: 0 });
  await w.settle();
  await a.state.setState({ x: -1, y: 7 });
  const late = w.open({ x: 0, y: 0 }, { validate: good });
  await w.settle();
  await late.state.ready;
  assert.deepEqual(w.assertAgree(), { x: 0, y: 7 });
});

inNetwork('a write over a refused one, made before the refusal was known, stays', async (w) => {
  const [a, b] = [w.open({ x: 0 }), w.open({ x: 0 }, { validate: good })];
  await w.settle();
  await a.state.setState({ x: -1 });
  await a.state.setState({ x: 3 });
  await w.settle();
  assert.deepEqual([w.assertAgree(), b.state.get('x')], [{ x: 3 }, 3]);
});

inNetwork('a transaction of which one key is refused falls whole', async (w) => {
  const a = w.open({ x: 0, y: 0 });
  w.open({ x: 0, y: 0 }, { validate: good });
  await w.settle();
  const lost = a.state.transaction(() => {
    a.state.setState({ x: -1 }, { ack: 'all' });
    a.state.setState({ y: 1 });
  });
  await assert.rejects(lost, { code: 'ERR_REJECTED' });
  await w.settle();
  assert.deepEqual(w.assertAgree(), { x: 0, y: 0 });
});

inNetwork('an increment that is refused counts no more', async (w) => {
  const [a, b] = [w.open({ x: 1 }), w.open({ x: 1 }, { validate: good })];
  await w.settle();
  b.state.increment('x', 2);
  await w.settle();
  await a.state.increment('x', -10);
  await w.settle();
  assert.deepEqual(w.assertAgree(), { x: 3 });
});

for (const conflict of [
  'last-write-wins',
  'highest-version',
  'merge',
  'manual',
  (mine, theirs) => (mine > theirs ? mine : theirs),
]) {
  inNetwork(`refused under ${typeof conflict === 'string' ? conflict : 'a function'}`, async (w) => {
    const open = (more) => w.open({ x: 1, y: 1 }, { conflict, ...more });
    const [a, b] = [open({ validate: good }), open()];
    open();
    await w.settle();
    b.state.setState({ x: -4, y: 2 });
    a.state.setState({ y: 3 });
    await w.settle();
    assert.equal(w.assertAgree().x, 1);
    b.state.setState({ x: 4 });
    await w.settle();
    assert.equal(w.assertAgree().x, 4);
  });
}

inNetwork('what shows because another write fell is asked about, too', async (w) => {
  const [a, b, c, d] = [w.open({ x: 0 }), w.open({ x: 0 }), w.open({ x: 0 }, { validate: good }), w.open({ x: 0 })];
  await w.settle();
  w.network.partition([a.parley], [b.parley, c.parley], [d.parley]);
  await a.state.setState({ x: -1 });
  await new Promise((resolve) => setTimeout(resolve, 3));
  // It waits for d, in vain.
  const falls = b.state.setState({ x: 9 }, { ack: 'all', timeout: 1500, rollbackOnError: true });
  const fell = assert.rejects(falls, { code: 'ERR_TIMEOUT' });
  await w.network.settle();
  w.network.partition([a.parley, b.parley, c.parley], [d.parley]);
  await w.network.settle();
  assert.deepEqual([a.state.get('x'), c.state.get('x')], [9, 9], 'the bad one is below the later one');
  const shown = [];
  c.state.subscribe(({ x }) => shown.push(x));
  await fell;
  w.network.heal();
  await w.settle();
  // What the bad one was written over is not known any more.
  assert.deepEqual([w.assertAgree(), shown], [{}, [undefined]]);
});

for (const conflict of ['last-write-wins', 'highest-version', 'manual', (mine, theirs) => theirs]) {
  const how = typeof conflict === 'string' ? conflict : 'a function';
  inNetwork(`what shows once a write of one's own is taken back is asked about, under ${how}`, async (w) => {
    const calls = [];
    const validate = (updates, from) => {
      calls.push([updates.x, from.id]);
      return good(updates);
    };
    const open = (more) => w.open({ x: 0 }, { conflict, ...more });
    const [a, b, c] = [open(), open({ validate }), open()];
    await w.settle();
    w.network.partition([a.parley], [b.parley, c.parley]);
    // Nobody can lose to it: it is a write of before the other.
    await a.state.setState({ x: -1 });
    await new Promise((resolve) => setTimeout(resolve, 3));
    // c does not answer.
    const falls = b.state.setState({ x: 9 }, { ack: 'all', timeout: 1500, rollbackOnError: true });
    const fell = assert.rejects(falls, { code: 'ERR_TIMEOUT' });
    w.network.partition([a.parley, b.parley], [c.parley]);
    await w.network.settle();
    const shown = [];
    b.state.subscribe(({ x }) => shown.push(x));
    await fell;
    w.network.heal();
    await w.settle();
    assert.ok(!shown.includes(-1), `a refused value was shown: ${shown}`);
    assert.notEqual(w.assertAgree().x, -1);
    assert.deepEqual(
      calls
        .filter(([x]) => x === -1)
        .map((call) => call[1])
        .at(-1),
      a.parley.instanceId,
    );
    assert.ok(!calls.some(([x]) => x === 9), 'nobody is asked about a write of its own');
  });
}

test('validate must be a function', () => {
  const parley = Parley.create();
  for (const bad of ['x', 7, {}, null, true])
    assert.throws(() => new SyncedState(parley, {}, { validate: bad }), { code: 'ERR_CONFIG' });
  parley.destroy();
});
