// What a Parley tells the developer, at each level.
import assert from 'node:assert/strict';
import test from 'node:test';
import { SyncedState, createTestNetwork } from '../../pkg/index.js';

/** Two windows that connect, talk, share a state, refuse something, and part; what the first one's logger was told. */
async function told(logLevel) {
  const network = createTestNetwork({ seed: 3 });
  const lines = [];
  const logger = (level, message, details) => lines.push({ level, message, details });
  const a = network.createParley({ logger, ...(logLevel && { logLevel }), limits: { messageBytes: 2000 } });
  const b = network.createParley();
  await network.settle();
  const [toA] = b.getConnectedTargets();
  const states = [a, b].map((parley) => new SyncedState(parley, { n: 0 }));
  a.on('greet', (name) => `Hello ${name}`);
  await network.settle();
  await b.send('greet', 'Ada', { targetId: toA });
  await states[0].setState({ n: 1 });
  await b.send('greet', 'x'.repeat(5000), { targetId: toA }).catch(() => {});
  a._report(new Error('nobody awaits this'));
  b.destroy();
  await network.settle();
  a.destroy();
  return lines;
}

const levels = (lines) => [...new Set(lines.map(({ level }) => level))].sort();
const some = (lines, level, pattern) => lines.some((line) => line.level === level && pattern.test(line.message));

test('none: nothing', async () => {
  assert.deepEqual(await told('none'), []);
});

for (const level of [undefined, 'error']) {
  test(`${level ?? 'by default'}: errors only`, async () => {
    const lines = await told(level);
    assert.deepEqual(levels(lines), ['error']);
    assert.equal(lines[0].message, 'nobody awaits this');
    assert.ok(lines[0].details instanceof Error);
  });
}

test('warn: what is refused, of whom and why', async () => {
  const lines = await told('warn');
  assert.deepEqual(levels(lines), ['error', 'warn']);
  const [refused] = lines.filter(({ level }) => level === 'warn');
  assert.match(refused.message, /refused input of .*ERR_LIMIT, 1 so far/);
  assert.equal(refused.details.code, 'ERR_LIMIT');
});

test('info: connections, their ends, discovery', async () => {
  const lines = await told('info');
  assert.deepEqual(levels(lines), ['error', 'info', 'warn']);
  assert.ok(some(lines, 'info', /^connected: /));
  assert.ok(some(lines, 'info', /^disconnected \(\w+\): /), JSON.stringify(lines.map(({ message }) => message)));
  assert.ok(some(lines, 'info', /^discovery is over: /));
});

test('info: a state whose name no connected window shares, once, and not one that somebody shares', async () => {
  const network = createTestNetwork({ seed: 4 });
  const unshared = [];
  const logger = (level, message, details) => {
    if (level === 'info' && /no connected window shares/.test(message)) unshared.push(details.name);
  };
  const a = network.createParley({ logger, logLevel: 'info' });
  const [b, c] = [network.createParley(), network.createParley()];
  await network.settle();
  const states = [
    new SyncedState(a, { n: 0 }, { name: 'settings' }),
    new SyncedState(b, { n: 0 }, { name: 'setings' }),
    new SyncedState(a, { n: 0 }, { name: 'shared' }),
    new SyncedState(c, { n: 0 }, { name: 'shared' }),
  ];
  await network.settle();
  for (let n = 1; n < 4; n++) await states[0].setState({ n });
  await network.settle();
  assert.deepEqual(unshared, ['settings']);
  for (const parley of [a, b, c]) parley.destroy();
});

test('debug: every message and write, with its peer and size', async () => {
  const lines = await told('debug');
  assert.deepEqual(levels(lines), ['debug', 'error', 'info', 'warn']);
  assert.ok(some(lines, 'debug', /^from .*: message 'greet', some \d+ bytes$/));
  assert.ok(some(lines, 'debug', /^to .*: answer, some \d+ bytes$/));
  assert.ok(some(lines, 'debug', /^to .*: batch 'state', some \d+ bytes$/));
  const { details } = lines.find(({ level }) => level === 'debug');
  assert.equal(typeof details.peer, 'string');
  assert.ok(details.bytes > 0);
});

test('a logger that throws disturbs nothing', async () => {
  const { error } = console;
  let caught = 0;
  console.error = () => (caught += 1);
  try {
    const network = createTestNetwork({ seed: 3 });
    const logger = () => {
      throw new Error('broken');
    };
    const [a, b] = [network.createParley({ logger, logLevel: 'debug' }), network.createParley()];
    await network.settle();
    const [x, y] = [a, b].map((parley) => new SyncedState(parley, { n: 0 }));
    await x.setState({ n: 1 });
    await network.settle();
    assert.equal(y.get('n'), 1);
    a.destroy();
    b.destroy();
  } finally {
    console.error = error;
  }
  assert.ok(caught > 0);
});

test('a logger is a function', () => {
  const network = createTestNetwork();
  assert.throws(() => network.createParley({ logger: console }), { code: 'ERR_CONFIG' });
});
