// Relayed messages: what a peer that speaks the wire by hand can and cannot do, and ports as the ends of a route.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState } from '../../pkg/index.js';
import { ANSWER, besieged, RELAY, RELAYED } from './byhand.mjs';
import { pause } from './windows.mjs';

const settle = (promise) => promise.then((value) => ({ value })).catch(({ code, message }) => ({ code, message }));

/** Three Parleys in a row, joined by ports: the one in the middle calls them 'left' and 'right'. */
async function row({ left = {}, right = {}, relay = ['left'], grants } = {}) {
  const [one, two] = [new MessageChannel(), new MessageChannel()];
  const create = (options) => Parley.create({ logLevel: 'none', timeout: 2000, ...options });
  const [a, middle, b] = [create(), create(), create()];
  const grantOf = (given) => ({ grants: { relayed: ['ask', 'tell'], ...given } });
  await Promise.all([
    a.connect(one.port1, 'middle', grantOf(left)),
    middle.connect(one.port2, 'left', grants && { grants }),
    middle.connect(two.port1, 'right', { relay, ...(grants && { grants }) }),
    b.connect(two.port2, 'middle', grantOf(right)),
  ]);
  const end = () => {
    for (const parley of [a, middle, b]) parley.destroy();
  };
  return { a, middle, b, end };
}

const across = (parley, type, payload, to, more) => settle(parley.send(type, payload, { relayTo: to, ...more }));

test('a question and its answer pass both ways, in the order they were sent', async () => {
  const { a, b, end } = await row();
  const seen = [];
  b.on('tell', (n) => void seen.push(n));
  b.on('ask', (n, respond, { relayedFrom, senderId }) => [n, relayedFrom.id, senderId]);
  a.on('ask', (n) => n * 2);
  for (let n = 0; n < 50; n++) a.send('tell', n, { relayTo: 'right', expectsResponse: false });
  assert.deepEqual((await across(a, 'ask', 7, 'right')).value, [7, 'left', 'middle']);
  assert.deepEqual(
    seen,
    Array.from({ length: 50 }, (_, n) => n),
  );
  assert.equal((await across(b, 'ask', 7, 'left')).value, 14);
  end();
});

test('errors of the far end keep their code; the words of its handler stay there', async () => {
  const { a, middle, b, end } = await row();
  assert.equal((await across(a, 'ask', 1, 'right')).code, 'ERR_NO_HANDLER');
  b.on('ask', () => {
    throw new Error('a secret');
  });
  const failed = await across(a, 'ask', 1, 'right');
  assert.equal(failed.code, 'ERR_HANDLER');
  assert.ok(!failed.message.includes('secret'), failed.message);
  assert.equal((await across(a, 'other', 1, 'right')).code, 'ERR_DENIED');
  middle.register('tell', { schema: (value) => typeof value === 'number' });
  b.on('tell', () => 'heard');
  assert.equal((await across(a, 'tell', 'x', 'right')).code, 'ERR_VALIDATION');
  assert.equal((await across(a, 'tell', 1, 'right')).value, 'heard');
  end();
});

test('a question that is asked again is relayed once, and gets the same answer', async () => {
  const { port1, port2 } = new MessageChannel();
  const { parley, send, answers, heard, end } = await besieged();
  const far = Parley.create({ logLevel: 'none' });
  await Promise.all([
    parley.connect(port1, 'far', { relay: ['attacker'] }),
    far.connect(port2, 'near', { grants: { relayed: ['ask'] } }),
  ]);
  let calls = 0;
  far.on('ask', () => ++calls);
  for (let i = 0; i < 3; i++) send([RELAY, 5, 'ask', 0, 2, 'far']);
  const question = far.once('ask');
  send([RELAY, 6, 'ask', 0, 2, 'far']);
  await question;
  while (answers().length < 2) await heard();
  send([RELAY, 5, 'ask', 0, 2, 'far']);
  while (answers().length < 3) await heard();
  assert.deepEqual(answers(), [
    [5, true, 1],
    [6, true, 2],
    [5, true, 1],
  ]);
  end();
  far.destroy();
});

test('a peer that was not granted it says of no message that it is from another', async () => {
  for (const grants of [undefined, { messages: ['ask'] }, { relayed: ['other', 'ask:*', 'state:update'] }]) {
    const { parley, send, answers, heard, traps, end } = await besieged({}, { grants });
    const handled = [];
    parley.on('ask', (...all) => void handled.push(all));
    const state = new SyncedState(parley, { a: 0 });
    send([RELAYED, 1, 'ask', 'forged', 1, 'parent', 'parent', 'https://bank.example']);
    send([RELAYED, 2, 'state:update', { updates: { a: 1 } }, 1, 'parent', 'parent', 'https://bank.example']);
    await heard();
    assert.deepEqual(handled, []);
    assert.deepEqual(state.getState(), { a: 0 });
    assert.deepEqual(answers(), [
      [1, false, 'ERR_DENIED'],
      [2, false, 'ERR_DENIED'],
    ]);
    assert.deepEqual(traps, []);
    end();
  }
});

test('what asks to be relayed without a route, to itself, or in no known shape, goes nowhere', async () => {
  const { parley, send, answers, heard, frames, traps, end } = await besieged();
  const rejected = [];
  parley.onSystem('system:rejected', ({ code }) => rejected.push(code));
  const handled = [];
  parley.on('ask', (payload) => void handled.push(payload));
  for (const [id, to] of [
    [1, 'attacker'],
    [2, 'nobody'],
    [3, parley.instanceId],
    [4, '__proto__'],
  ])
    send([RELAY, id, 'ask', 0, 1, to]);
  await heard();
  const denied = answers().map(([id, ok, code]) => [id, ok, code]);
  assert.deepEqual(
    denied,
    [1, 2, 3, 4].map((id) => [id, false, 'ERR_DENIED']),
  );
  for (const rest of [[], [null], [7], [{}], ['x'.repeat(2000)]]) send([RELAY, 9, 'ask', 0, 1, ...rest]);
  for (const rest of [[], ['a'], ['a', 'tab'], ['a', 'tab', null], [{}, [], 1]])
    send([RELAYED, 9, 'ask', 0, 1, ...rest]);
  await heard();
  assert.equal(frames.filter(([kind]) => kind === ANSWER).length, 4);
  assert.ok(rejected.includes('ERR_DENIED'));
  assert.deepEqual([handled, traps], [[], []]);
  end();
});

test('a relayed message is never relayed again', async () => {
  const { a, b, end } = await row({ right: { relayed: ['ask'] } });
  const { port1, port2 } = new MessageChannel();
  const c = Parley.create({ logLevel: 'none' });
  await Promise.all([
    b.connect(port1, 'right', { relay: ['middle'] }),
    c.connect(port2, 'b', { grants: { relayed: ['ask'] } }),
  ]);
  const calls = [];
  b.on('ask', () => calls.push('b'));
  c.on('ask', () => calls.push('c'));
  assert.equal((await across(a, 'ask', 1, 'right')).value, 1);
  await c.send('nothing', 0).catch(() => {});
  assert.deepEqual(calls, ['b']);
  end();
  c.destroy();
});

test('each peer may have so many relayed questions under way, and no more', async () => {
  const { port1, port2 } = new MessageChannel();
  const { parley, send, answers, heard, end } = await besieged({ limits: { pendingCalls: 3 } });
  const far = Parley.create({ logLevel: 'none' });
  await Promise.all([
    parley.connect(port1, 'far', { relay: ['attacker'] }),
    far.connect(port2, 'near', { grants: { relayed: ['ask'] } }),
  ]);
  const open = [];
  far.on('ask', (payload, respond, { signal, answerLater }) => {
    open.push(signal);
    return new Promise(() => {});
  });
  for (let id = 1; id <= 10; id++) send([RELAY, id, 'ask', 0, 1, 'far']);
  while (answers().length < 7 || open.length < 3) await heard();
  assert.equal(open.length, 3);
  assert.ok(answers().every(([, ok, code]) => !ok && code === 'ERR_LIMIT'));
  // The peer leaves: what it had asked is given up at the far end.
  parley.disconnect('attacker');
  while (!open.every(({ aborted }) => aborted)) await pause(1);
  end();
  far.destroy();
});
