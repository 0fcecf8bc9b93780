// Code for ParleyJS: its options are mapped, or named once as having no effect; its habits work.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Parley, ParleyError, TimeoutError, ValidationError, createTestNetwork } from '../../pkg/index.js';

/** A Parley with these options, another that is connected to it, and what the first one's logger was told. */
async function opened(options, others = {}) {
  const network = createTestNetwork({ seed: 12 });
  const lines = [];
  const logger = (level, message, details) => lines.push({ level, message, option: details?.option });
  const parley = network.createParley({ instanceId: 'a', logger, logLevel: 'warn', ...options });
  const other = network.createParley({ instanceId: 'b', ...others });
  await network.settle();
  const ignored = () => lines.filter(({ option }) => option !== undefined).map(({ option }) => option);
  const close = () => [parley, other].forEach((one) => one.destroy());
  return { network, parley, other, lines, ignored, close };
}

test('options without effect are named once, at warn, with what to do instead', async () => {
  const { lines, ignored, parley, close } = await opened({
    heartbeat: { enabled: true, interval: 5000 },
    requireOriginMatch: true,
    validateMessages: true,
    maxMessageAge: 30000,
  });
  assert.deepEqual(ignored(), ['heartbeat', 'requireOriginMatch', 'validateMessages', 'maxMessageAge']);
  assert.ok(lines.every(({ level }) => level === 'warn'));
  assert.match(lines[0].message, /^the option 'heartbeat' of ParleyJS has no effect: not needed$/);
  assert.equal(parley.isConnected('b'), true);
  close();
});

test('of calls as well: once for each option, however often it is given', async () => {
  const { parley, other, ignored, close } = await opened();
  other.on('greet', (name) => `Hello ${name}`);
  for (let i = 0; i < 3; i++) {
    assert.equal(await parley.send('greet', 'Ada', { priority: 1, correlationId: 'c', metadata: {} }), 'Hello Ada');
    await parley.broadcast('greet', 'Ada', { expectsResponse: false });
    parley.register(`type ${i}`, { onError() {}, description: 'd', responseSchema: {} });
  }
  const all = ['priority', 'correlationId', 'metadata', 'expectsResponse', 'onError', 'description', 'responseSchema'];
  assert.deepEqual(ignored(), all);
  close();
});

test('logLevel error says nothing of them, and nothing is said of an option that is undefined', async () => {
  const quiet = await opened({ heartbeat: {}, logLevel: 'error' });
  assert.deepEqual(quiet.lines, []);
  quiet.close();
  const absent = await opened({ heartbeat: undefined });
  assert.deepEqual(absent.lines, []);
  absent.close();
});

test('sendTimeout is the timeout, unless there is one', async () => {
  for (const options of [{ sendTimeout: 0 }, { timeout: 0, sendTimeout: Infinity }]) {
    const { parley, other, lines, close } = await opened(options);
    other.on('never', () => new Promise(() => {}));
    await assert.rejects(parley.send('never'), { code: 'ERR_TIMEOUT' });
    assert.deepEqual(lines, []);
    close();
  }
});

test('retries of a Parley hold for calls that name none', async () => {
  const { parley, other, lines, close } = await opened({ retries: 2, logLevel: 'debug' });
  other.on('never', () => new Promise(() => {}));
  parley.register('once', { retries: 0 });
  other.on('once', () => new Promise(() => {}));
  const attempts = async (type, options) => {
    lines.length = 0;
    await assert.rejects(parley.send(type, 1, { timeout: 1, ...options }), { code: 'ERR_TIMEOUT' });
    return lines.filter(({ message }) => message.startsWith(`to b: message '${type}'`)).length;
  };
  assert.equal(await attempts('never'), 3);
  assert.equal(await attempts('never', { retries: 0 }), 1);
  assert.equal(await attempts('once'), 1);
  // What is transferred goes once: that is no error where nobody asked for retries of this call.
  other.on('moved', (buffer) => buffer.byteLength);
  const buffer = new ArrayBuffer(8);
  assert.equal(await parley.send('moved', buffer, { transfer: [buffer] }), 8);
  close();
});

test('debug is the log level', async () => {
  const { lines, close } = await opened({ debug: true, logLevel: undefined });
  assert.ok(lines.some(({ level }) => level === 'debug'));
  close();
  const off = await opened({ debug: false, logLevel: undefined });
  assert.deepEqual(off.lines, []);
  off.close();
});

test('maxPayloadSize and rateLimit are limits', async () => {
  const { parley, other, close } = await opened({ maxPayloadSize: 1000, rateLimit: { messagesPerSecond: 50 } });
  parley.on('x', (text) => text.length);
  await assert.rejects(other.send('x', 'x'.repeat(5000)), { code: 'ERR_LIMIT' });
  assert.equal(await other.send('x', 'x'), 1);
  close();
  const without = await opened({ rateLimit: { enabled: false, messagesPerSecond: -1 } });
  without.close();
  assert.throws(() => Parley.create({ rateLimit: { messagesPerSecond: -1 } }), { code: 'ERR_CONFIG' });
  assert.throws(() => Parley.create({ maxPayloadSize: 'much' }), { code: 'ERR_CONFIG' });
});

test('what is nobody’s option, or decides who may talk, stays an error', async () => {
  for (const option of ['heartBeat', 'securityLayer', 'priority', 'onError']) {
    const wrong = { code: 'ERR_CONFIG', message: new RegExp(`unknown option '${option}'.*there are: allowedOrigins`) };
    assert.throws(() => Parley.create({ [option]: {} }), wrong);
  }
  assert.throws(() => Parley.create({ allowedOrigins: ['*'] }), { code: 'ERR_CONFIG' });
  const { parley, close } = await opened();
  await assert.rejects(parley.send('x', 1, { heartbeat: {} }), { code: 'ERR_CONFIG' });
  close();
});

test('targetType is what it was given as', () => {
  const parley = createTestNetwork().createParley({ targetType: 'iframe' });
  assert.equal(parley.targetType, 'iframe');
  assert.equal(createTestNetwork().createParley().targetType, undefined);
  parley.destroy();
});

test('a type can be registered by its name alone', async () => {
  const { parley, other, close } = await opened();
  other.register('plain');
  other.on('plain', (n) => n + 1);
  assert.equal(await parley.send('plain', 1), 2);
  close();
});

test('an error of these classes is made as any other', () => {
  const error = new ValidationError('Name is missing', { cause: 7 });
  assert.deepEqual([error.message, error.name, error.cause], ['Name is missing', 'ValidationError', 7]);
  assert.ok(error instanceof ParleyError && new TimeoutError('late') instanceof Error);
});

test('after destroy() everything says that this Parley instance has been destroyed', async () => {
  const { parley, close } = await opened();
  close();
  const gone = { code: 'ERR_DESTROYED', message: /Parley instance has been destroyed/ };
  assert.throws(() => parley.on('x', () => {}), gone);
  await assert.rejects(parley.send('x'), gone);
  await assert.rejects(parley.broadcast('x'), gone);
});

test('onAnalyticsEvent tells of messages and answers on both sides', async () => {
  const { network, parley, other, lines, close } = await opened({ analyticsEnabled: true }, { analyticsEnabled: true });
  other.on('double', (n) => n * 2);
  other.on('fail', () => {
    throw new Error('no');
  });
  other.on('never', () => new Promise(() => {}));
  other.on('note', () => {});
  const seen = { a: [], b: [] };
  const off = parley.onAnalyticsEvent((event) => seen.a.push(event));
  other.onAnalyticsEvent((event) => seen.b.push(event));
  const short = (events) =>
    events.map(({ type, messageType, success }) => [type, messageType, success].filter((one) => one !== undefined));

  assert.equal(await parley.send('double', 2), 4);
  assert.deepEqual(short(seen.a.splice(0)), [
    ['message_sent', 'double'],
    ['response_received', 'double', true],
  ]);
  assert.deepEqual(short(seen.b.splice(0)), [
    ['message_received', 'double'],
    ['response_sent', 'double', true],
  ]);

  await assert.rejects(parley.send('fail'), { code: 'ERR_HANDLER' });
  const [asked, answered] = seen.a.splice(0);
  assert.deepEqual(short([asked, answered]), [
    ['message_sent', 'fail'],
    ['response_received', 'fail', false],
  ]);
  assert.ok(answered.duration >= 0 && answered.targetId === 'b' && answered.messageId === asked.messageId);
  assert.ok(Math.abs(asked.timestamp - Date.now()) < 60_000);
  assert.deepEqual(short(seen.b.splice(0)), [
    ['message_received', 'fail'],
    ['response_sent', 'fail', false],
  ]);

  await assert.rejects(parley.send('never', undefined, { timeout: 0 }), { code: 'ERR_TIMEOUT' });
  const controller = new AbortController();
  const aborted = parley.send('never', undefined, { signal: controller.signal });
  controller.abort();
  await assert.rejects(aborted, { code: 'ERR_ABORTED' });
  assert.deepEqual(
    seen.a.splice(0).map(({ type, messageType, errorCode }) => [type, messageType, errorCode]),
    [
      ['message_sent', 'never', undefined],
      ['timeout', 'never', 'ERR_TIMEOUT'],
      ['message_sent', 'never', undefined],
      ['error', 'never', 'ERR_ABORTED'],
    ],
  );
  await parley.broadcast('note', 1);
  await network.settle();
  assert.deepEqual(short(seen.a.splice(0)), [['message_sent', 'note']]);
  off();
  await parley.send('double', 1);
  assert.deepEqual([seen.a, lines], [[], []]);
  close();
  assert.throws(() => parley.onAnalyticsEvent(() => {}), { code: 'ERR_DESTROYED' });
});

test('without analyticsEnabled nothing is told, as in ParleyJS', async () => {
  const quiet = await opened();
  quiet.other.on('double', (n) => n * 2);
  quiet.parley.onAnalyticsEvent(() => assert.fail('it is off'));
  assert.equal(await quiet.parley.send('double', 2), 4);
  assert.throws(() => quiet.parley.onAnalyticsEvent('x'), { code: 'ERR_ARGUMENT' });
  quiet.close();
});
