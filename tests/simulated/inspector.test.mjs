// The inspector's part in a window: what it reports, and what it does to links. How windows find each other is in tests/e2e.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Parley, SyncedState, SyncedStore } from '../../pkg/index.js';
import { inspect } from '../../pkg/inspector.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const until = async (holds) => {
  while (!(await holds())) await turn();
};

/** Two connected Parleys, of which the first is inspected. */
async function two(t, options = {}) {
  const { port1, port2 } = new MessageChannel();
  const [a, b] = [Parley.create({ timeout: 60_000, ...options }), Parley.create({ timeout: 60_000 })];
  t.after(() => [a, b].forEach((parley) => parley.destroy()));
  const joined = a.connect(port1, 'b');
  await Promise.all([joined, b.connect(port2, 'a')]);
  return { a, b, inspection: inspect(a, { name: 'first' }) };
}

const link = (inspection) => inspection.report().links.find(({ id }) => id === 'b');

test('it reports links with their wire, counts both ways, and messages', async (t) => {
  const { a, b, inspection } = await two(t);
  b.on('greet', (name) => `Hello ${name}`);
  assert.equal(await a.send('greet', 'Ada', { targetId: 'b' }), 'Hello Ada');
  const { window, links, timeline } = inspection.report();
  assert.deepEqual([window.name, window.id, window.frozen], ['first', a.instanceId, false]);
  const [{ id, kind, wire, sent, received, gate }] = links;
  assert.deepEqual([id, kind, wire, gate.mode], ['b', 'port', 'MessagePort', 'open']);
  assert.ok(sent.frames >= 1 && sent.bytes > 10 && received.frames >= 1 && received.bytes > 10);
  const [question, answer] = timeline.filter(({ type }) => type === 'message' || type === 'answer');
  assert.deepEqual([question.way, question.peer, question.text], ['sent', 'b', 'greet "Ada"']);
  assert.equal(answer.way, 'received');
});

test('it reports who wrote a key and when, deletions, conflicts, and stores', async (t) => {
  const { a, b, inspection } = await two(t);
  const options = { conflict: { title: 'manual' } };
  const mine = new SyncedState(a, { n: 0, gone: 1, title: '' }, options);
  const theirs = new SyncedState(b, { n: 0, gone: 1, title: '' }, options);
  const store = new SyncedStore(a, (sum, { by }) => (by ? sum + by : sum), 0);
  await Promise.all([mine.ready, theirs.ready]);
  const key = (name) => {
    const { writer, entries } = inspection.report().states.find((state) => state.name === 'state');
    return { own: writer, ...entries.find((entry) => entry.key === name) };
  };
  assert.equal(key('n').at, 0, 'an initial value');
  const before = Date.now();
  await mine.setState({ n: 1 });
  assert.equal(key('n').value, '1');
  assert.equal(key('n').writer, key('n').own);
  assert.ok(Math.abs(key('n').at - before) < 60_000);
  await theirs.setState({ n: 2 });
  await theirs.delete('gone');
  await until(() => mine.get('gone') === undefined);
  assert.equal(key('n').value, '2');
  assert.notEqual(key('n').writer, key('n').own);
  assert.equal(key('n').by, 'b');
  assert.equal(key('gone').isDeleted, true);
  // Apart, both write; together again, there are two candidates.
  inspection.link('b', { mode: 'cut' });
  await mine.setState({ title: 'here' });
  await theirs.setState({ title: 'there' });
  inspection.link('b');
  await until(() => mine.conflicts.size > 0);
  assert.deepEqual(
    key('title')
      .candidates.map(({ value }) => value)
      .sort(),
    ['"here"', '"there"'],
  );
  const write = inspection.report().timeline.find(({ type, text }) => type === 'write' && text === 'state.n = 2');
  assert.deepEqual([write.peer, write.isOwn], ['b', false]);
  await store.dispatch({ type: 'add', by: 3 });
  const shown = inspection.report().states.find(({ kind }) => kind === 'store');
  assert.deepEqual(shown.entries, [{ key: '(all)', value: '3' }]);
});

test('it reports refusals and errors with their codes, and takes them from nobody', async (t) => {
  const lines = [];
  const { a, b, inspection } = await two(t, {
    limits: { messageBytes: 2000 },
    logger: (level, message) => lines.push(message),
  });
  a.on('note', () => {});
  await assert.rejects(b.send('note', 'x'.repeat(5000), { targetId: 'a' }), { code: 'ERR_LIMIT' });
  a._report(new Error('nobody awaits this'));
  const { timeline } = inspection.report();
  assert.equal(timeline.find(({ type }) => type === 'rejected')?.code, 'ERR_LIMIT');
  assert.equal(timeline.find(({ type }) => type === 'error')?.text, 'nobody awaits this');
  assert.deepEqual(lines, ['nobody awaits this'], 'the log has it as well');
});

test('a paused link holds frames of both ways, and lets them go in order', async (t) => {
  const { a, b, inspection } = await two(t);
  const heard = { a: [], b: [] };
  a.on('n', (n) => void heard.a.push(n));
  b.on('n', (n) => void heard.b.push(n));
  inspection.link('b', { mode: 'paused' });
  const payload = { n: 1 };
  const ways = () => Promise.all([a.broadcast('n', payload), b.broadcast('n', 10)]);
  await ways();
  // What its sender does later changes nothing, as if it had been posted.
  payload.n = 2;
  const { port1, port2 } = new MessageChannel();
  const bytes = new ArrayBuffer(8);
  await a.send('n', { port2, bytes }, { targetId: 'b', expectsResponse: false, transfer: [port2, bytes] });
  assert.equal(bytes.byteLength, 0, 'what is transferred is gone here');
  await until(() => link(inspection).gate.waiting === 3);
  assert.deepEqual(heard, { a: [], b: [] });
  assert.ok(a.isConnected('b') && b.isConnected('a'));
  const refused = a.send('n', () => {}, { targetId: 'b' });
  await assert.rejects(refused, { code: 'ERR_SERIALIZATION' });
  inspection.link('b');
  await until(() => heard.a.length === 1 && heard.b.length === 2);
  assert.deepEqual([heard.a[0], heard.b[0], heard.b[1].bytes.byteLength], [10, { n: 1 }, 8]);
  heard.b[1].port2.close();
  port1.close();
  assert.equal(link(inspection).gate.waiting, 0);
});

test('a delayed link holds each frame for a time', async (t) => {
  const { a, b, inspection } = await two(t);
  const heard = [];
  b.on('n', (n) => void heard.push(n));
  inspection.link('b', { mode: 'delayed', delay: 30 });
  for (let n = 0; n < 3; n++) await a.broadcast('n', n);
  assert.equal(link(inspection).gate.waiting, 3);
  await until(() => heard.length === 3);
  assert.deepEqual(heard, [0, 1, 2]);
});

test('a lossy link drops frames, a cut one all; states recover', async (t) => {
  const { a, b, inspection } = await two(t);
  const [mine, theirs] = [a, b].map((parley) => new SyncedState(parley, {}));
  await Promise.all([mine.ready, theirs.ready]);
  b.on('n', (n) => n);
  for (const [mode, loss] of [
    ['lossy', 1],
    ['cut', 0],
  ]) {
    const before = link(inspection).gate.dropped;
    inspection.link('b', { mode, loss });
    await mine.setState({ [mode]: 'mine' });
    await theirs.setState({ [`${mode} too`]: 'theirs' });
    await assert.rejects(a.send('n', 1, { targetId: 'b', timeout: 20 }), { code: 'ERR_TIMEOUT' });
    assert.ok(link(inspection).gate.dropped > before);
    assert.equal(theirs.get(mode), undefined);
    inspection.link('b');
    await until(() => theirs.get(mode) === 'mine' && mine.get(`${mode} too`) === 'theirs');
    assert.equal(await a.send('n', 1, { targetId: 'b' }), 1);
  }
});

test('a frozen window hears and says nothing until it is let go', async (t) => {
  const { a, b, inspection } = await two(t);
  const [mine, theirs] = [a, b].map((parley) => new SyncedState(parley, {}));
  await Promise.all([mine.ready, theirs.ready]);
  inspection.freeze();
  assert.equal(inspection.report().window.frozen, true);
  await mine.setState({ mine: 1 });
  await theirs.setState({ theirs: 1 });
  await until(() => link(inspection).gate.waiting >= 2);
  assert.deepEqual([mine.getState(), theirs.getState()], [{ mine: 1 }, { theirs: 1 }]);
  inspection.freeze(false);
  await until(() => mine.get('theirs') === 1 && theirs.get('mine') === 1);
});

test('stop() opens every link; a Parley that ends stops it', async (t) => {
  const { a, b, inspection } = await two(t);
  b.on('n', (n) => n);
  inspection.link('b', { mode: 'paused' });
  const asked = a.send('n', 5, { targetId: 'b' });
  inspection.stop();
  assert.equal(await asked, 5);
  assert.equal(inspection.report(), undefined);
  const again = inspect(a);
  assert.notEqual(again, inspection);
  assert.equal(inspect(a), again);
  a.destroy();
  await until(() => again.report() === undefined);
  assert.throws(() => inspect(a), { code: 'ERR_DESTROYED' });
});

test('what is wrong is said', async (t) => {
  const { a, inspection } = await two(t);
  for (const wrong of [
    () => inspect({}),
    () => inspect(undefined),
    () => inspect(a, { name: 5 }),
    () => inspect(a, { title: 'x' }),
    () => inspection.link('nobody', { mode: 'cut' }),
    () => inspection.link('b', { mode: 'slow' }),
    () => inspection.link('b', { mode: 'lossy', loss: 30 }),
    () => inspection.link('b', { mode: 'delayed', delay: -1 }),
  ])
    assert.throws(wrong, { code: 'ERR_ARGUMENT' });
});
