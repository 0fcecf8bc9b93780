// Suspended peers, over a link whose frames can be seen and forged: what a page says as it is frozen or cached.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SYSTEM_EVENTS, SyncedState } from '../../pkg/index.js';

const VERSION = 1;
const SUSPEND = VERSION * 32 + 15;
const FROZEN = 0;
const CACHED = 1;

const turn = () => new Promise((resolve) => setImmediate(resolve));
const settled = async (rounds = 20) => {
  for (let i = 0; i < rounds; i++) await turn();
};

/** Two Parleys on a link; `say(frame)` speaks for the far one, `sent` is what reached it. */
async function pair(t) {
  const make = () => ({
    onframe: null,
    onclose: null,
    send(frame) {
      const copy = structuredClone(frame);
      this.sent.push(copy);
      queueMicrotask(() => this.other.onframe?.(copy));
    },
    close() {},
    sent: [],
  });
  const [mine, theirs] = [make(), make()];
  mine.other = theirs;
  theirs.other = mine;
  const near = Parley.create({ allowedOrigins: [] });
  const far = Parley.create({ allowedOrigins: [] });
  t.after(() => [near, far].forEach((parley) => parley.destroy()));
  const events = [];
  for (const event of Object.values(SYSTEM_EVENTS)) near.onSystem(event, (data) => events.push({ event, ...data }));
  await Promise.all([near.connect(mine, 'far'), far.connect(theirs, 'near')]);
  await settled();
  events.length = 0;
  return { near, far, events, say: (frame) => mine.onframe(frame), sent: mine.sent, states: [] };
}

const names = (events) => events.map(({ event }) => event);

test('a peer that sleeps is suspended, and no target', async (t) => {
  const { near, events, say } = await pair(t);
  say([SUSPEND, FROZEN]);
  assert.deepEqual(names(events), ['system:suspended', 'system:connection_state_changed']);
  assert.equal(events[0].state, 'suspended');
  const { previousState, currentState } = events[1];
  assert.deepEqual([previousState, currentState], ['connected', 'suspended']);
  assert.equal(near.isConnected('far'), false);
  assert.equal(near.getConnectionState('far'), 'suspended');
  assert.deepEqual(near.getConnectedTargets(), []);
  assert.deepEqual(
    near.peers.map(({ id, state }) => [id, state]),
    [['far', 'suspended']],
  );
  await assert.rejects(near.send('x', 1, { targetId: 'far' }), {
    code: 'ERR_PEER_LOST',
    details: { targetId: 'far', reason: 'suspended' },
  });
  await assert.rejects(near.send('x', 1), { code: 'ERR_TARGET_NOT_FOUND' });
  await near.broadcast('x', 1);
  say([SUSPEND, FROZEN]);
  assert.equal(events.length, 2, 'said twice, told once');
});

test('whatever it says wakes it, and both have the same state', async (t) => {
  const { near, far, events, say } = await pair(t);
  const states = [near, far].map((parley) => new SyncedState(parley, {}));
  await Promise.all(states.map((state) => state.ready));
  events.length = 0;
  say([SUSPEND, FROZEN]);
  await states[0].setState({ meanwhile: 1 });
  await settled();
  assert.equal(states[1].get('meanwhile'), undefined, 'nothing is sent to a sleeper');
  await far.broadcast('anything');
  await settled();
  assert.deepEqual(names(events).slice(2), ['system:reconnected', 'system:connection_state_changed']);
  assert.equal(events[3].previousState, 'suspended');
  assert.ok(near.isConnected('far'));
  assert.equal(states[1].get('meanwhile'), 1);
  await states[1].setState({ back: 2 });
  await settled();
  assert.equal(states[0].get('back'), 2);
});

test('a frozen peer answers when it goes on; a cached one never', async (t) => {
  for (const [suspension, outcome] of [
    [FROZEN, 'answer'],
    [CACHED, 'ERR_PEER_LOST'],
  ]) {
    const { near, far, say } = await pair(t);
    let answer;
    far.on('later', () => new Promise((resolve) => (answer = resolve)));
    const call = near.send('later', null, { targetId: 'far', timeout: 60_000 }).catch(({ code }) => code);
    await settled();
    say([SUSPEND, suspension]);
    await settled();
    answer('answer');
    assert.equal(await call, outcome);
  }
});

test('a frozen peer gets the answers it waits for; a cached one is spared every frame', async (t) => {
  for (const [suspension, reaches] of [
    [FROZEN, true],
    [CACHED, false],
  ]) {
    const { near, far, say, sent } = await pair(t);
    const state = new SyncedState(near, {});
    let answer;
    let signal;
    near.on('later', (payload, respond, metadata) => {
      signal = metadata.signal;
      return new Promise((resolve) => (answer = resolve));
    });
    far.send('later', null, { targetId: 'near', timeout: 60_000 }).catch(() => {});
    await settled();
    say([SUSPEND, suspension]);
    const before = sent.length;
    answer('answer');
    await state.setState({ x: 1 });
    await near.broadcast('note', 1);
    await settled();
    assert.equal(sent.length > before, reaches);
    assert.equal(signal.aborted, !reaches);
  }
});

test('a goodbye, disconnect() and destroy() end a sleeper as they end others', async (t) => {
  for (const [end, reason] of [
    [({ say }) => say([VERSION * 32 + 4, 0]), 'goodbye'],
    [({ near }) => near.disconnect('far'), 'local'],
    [({ near }) => near.destroy(), 'local'],
  ]) {
    const all = await pair(t);
    all.say([SUSPEND, CACHED]);
    await end(all);
    const ended = all.events.filter(({ event }) => event === 'system:disconnected');
    assert.deepEqual(
      ended.map((one) => one.reason),
      [reason],
    );
    assert.deepEqual(all.near.peers, []);
    assert.equal(all.events.at(-1).previousState, 'suspended');
  }
});

test('an unknown kind of suspension counts as the back/forward cache, and never crashes', async (t) => {
  for (const nonsense of [undefined, null, 'x', {}, NaN, -1, 2, [], 1n]) {
    const { near, say } = await pair(t);
    say([SUSPEND, nonsense]);
    assert.equal(near.getConnectionState('far'), 'suspended');
    near.destroy();
  }
});

test('connect() while destroy() runs is refused, and does not wait', async (t) => {
  const { near } = await pair(t);
  let late;
  near.onSystem(SYSTEM_EVENTS.DISCONNECTED, () => {
    late = near.connect({ onframe: null, onclose: null, send() {}, close() {} }, 'late').catch(({ code }) => code);
  });
  near.destroy();
  assert.equal(await late, 'ERR_DESTROYED');
});
