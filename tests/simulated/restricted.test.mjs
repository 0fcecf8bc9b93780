// Restricted peers: what they may read they share, what they may not write they cannot, and nothing else reaches them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Parley, SyncedState } from '../../pkg/index.js';
import { BATCH, DELTA } from './byhand.mjs';
import { pause } from './windows.mjs';

let hosts = [];

const open = (id) => {
  const parley = Parley.create({ instanceId: id, logLevel: 'none', timeout: 2000 });
  const errors = [];
  parley.on('barrier', () => 1);
  parley.onSystem('system:error', (error) => void errors.push([error.code, ...(error.details?.keys ?? [])]));
  const window = { parley, errors };
  if (id === 'host') hosts.push(window);
  return window;
};

const end = (...windows) => {
  hosts = [];
  for (const { parley } of windows) parley.destroy();
};

/** Two windows and the frames that passed between them, as the second one got them. */
const join = async (host, guest, grants) => {
  const { port1, port2 } = new MessageChannel();
  const frames = [];
  port2.addEventListener('message', ({ data }) => void frames.push(data));
  await Promise.all([
    host.parley.connect(port1, guest.parley.instanceId, grants ? { grants } : {}),
    guest.parley.connect(port2, host.parley.instanceId),
  ]);
  return frames;
};

/** A host with a trusted neighbour, and a guest. */
const house = async (grants, t, options = {}) => {
  const [host, friend, guest] = ['host', 'friend', 'guest'].map(open);
  t.after(() => end(host, friend, guest));
  await join(host, friend);
  const state = (window, initial) => {
    window.state = new SyncedState(window.parley, initial, { name: 's', ...options });
    return window.state.ready;
  };
  await Promise.all([state(host, { secret: 's3cret', n: 1 }), state(friend, {})]);
  const frames = await join(host, guest, grants);
  await state(guest, {});
  await settled();
  return { host, friend, guest, frames };
};

/** What was sent has arrived and been answered, as often as one thing leads to another. */
const settled = async () => {
  for (let round = 0; round < 4; round++) {
    await pause(5);
    for (const { parley } of hosts)
      await Promise.all(parley.getConnectedTargets().map((targetId) => parley.send('barrier', 0, { targetId })));
  }
};

const grants = { read: ['s.both', 's.read', 's.n'], write: ['s.both', 's.write', 's.n'] };

test("a Map under 'merge' is shared entry by entry, and an entry that may not be written is taken back", async (t) => {
  const { host, friend, guest } = await house(grants, t, { conflict: 'merge' });
  await host.state.setState({ both: new Map([['a', { x: 1 }]]), read: new Map([['a', 1]]) });
  await settled();
  const put = ({ state }, name, key, value) => state.setState({ [name]: new Map(state.get(name)).set(key, value) });
  const writes = [
    put(friend, 'both', 'friend', 1),
    put(guest, 'both', 'guest', 2),
    put(guest, 'both', 'a', { x: 1, y: 2 }),
  ];
  await Promise.allSettled([...writes, put(guest, 'read', 'b', 2)]);
  await settled();
  for (const { state } of [host, friend, guest]) {
    assert.deepEqual([...state.get('both').keys()].sort(), ['a', 'friend', 'guest']);
    assert.deepEqual(state.get('both').get('a'), { x: 1, y: 2 });
    assert.deepEqual([...state.get('read')], [['a', 1]]);
  }
  assert.deepEqual([...guest.state.get('both').keys()], [...host.state.get('both').keys()]);
});

test('reads what it may read, also of what another window wrote, and nothing else crosses', async (t) => {
  const { host, friend, guest, frames } = await house(grants, t);
  assert.deepEqual(guest.state.getState(), { n: 1 });
  await friend.state.setState({ both: 'b', read: 'r', write: 'w', secret: 'more s3cret' });
  // The host's write is the later one because it knows of the friend's; in one millisecond either may be.
  await settled();
  await host.state.transaction(() => {
    host.state.setState({ read: 'r2' });
    host.state.setState({ secret: 'still s3cret' });
  });
  await settled();
  assert.deepEqual(guest.state.getState(), { n: 1, both: 'b', read: 'r2' });
  const crossed = JSON.stringify(frames);
  assert.ok(crossed.includes('r2'), 'the frames are those that crossed');
  for (const word of ['s3cret', 'secret', 'friend']) assert.ok(!crossed.includes(word), word);
  // A guest is told how the keys that it was granted are settled; of cells, only those that it may read cross.
  const cells = frames.flatMap(([kind, , , , , one, two]) => (kind === DELTA ? one : kind === BATCH ? two : []));
  assert.ok(
    cells.some((name) => name.startsWith('read')) && !cells.some((name) => name.startsWith('write')),
    cells.join(),
  );
});

test('writes what it may write; the rest is denied, told, and rolled back', async (t) => {
  const { host, friend, guest } = await house(grants, t);
  const rejected = [];
  host.parley.onSystem('system:rejected', ({ code }) => void rejected.push(code));
  await host.state.setState({ read: 'r' });
  await settled();
  await guest.state.setState({ both: 1, write: 2 });
  await settled();
  await guest.state.setState({ read: 3 });
  await guest.state.setState({ secret: 4 });
  assert.equal(guest.state.get('read'), 3, 'shown at once');
  await settled();
  for (const { state } of [host, friend])
    assert.deepEqual(state.getState(), { secret: 's3cret', n: 1, read: 'r', both: 1, write: 2 });
  assert.deepEqual(guest.state.getState(), { n: 1, both: 1, write: 2, read: 'r' });
  assert.deepEqual(guest.errors, [
    ['ERR_DENIED', 'read'],
    ['ERR_DENIED', 'secret'],
  ]);
  assert.deepEqual([host.errors, friend.errors], [[], []]);
  assert.ok(rejected.includes('ERR_DENIED'));
  // Who waits for the write is told by its promise.
  const outcome = guest.state.setState({ read: 5 }, { ack: 'all', rollbackOnError: true });
  await assert.rejects(outcome, { code: 'ERR_DENIED' });
  assert.equal(guest.state.get('read'), 'r');
  await guest.state.setState({ both: 6 }, { ack: 'all' });
  assert.equal(host.state.get('both'), 6, 'acknowledged by who has it');
});

test('the host’s acknowledgement waits for guests too', async (t) => {
  const { host, guest } = await house(grants, t);
  await host.state.setState({ read: 7 }, { ack: 'all' });
  assert.equal(guest.state.get('read'), 7);
});

test('increments of both sides count, a transaction with a denied key falls whole', async (t) => {
  const { host, friend, guest } = await house(grants, t);
  await Promise.all([host.state.increment('n'), friend.state.increment('n'), guest.state.increment('n')]);
  await settled();
  for (const { state } of [host, friend, guest]) assert.equal(state.get('n'), 4);
  await guest.state.transaction(() => {
    guest.state.setState({ both: 'half' });
    guest.state.setState({ secret: 'half' });
  });
  await settled();
  for (const { state } of [host, friend, guest]) assert.equal(state.get('both'), undefined);
  assert.equal(host.state.get('secret'), 's3cret');
});

test('reading without writing, and writing without reading', async (t) => {
  const { host, guest } = await house({ read: ['s.*'], write: [] }, t);
  assert.deepEqual(guest.state.getState(), { secret: 's3cret', n: 1 });
  await guest.state.setState({ n: 2 });
  await settled();
  assert.deepEqual([host.state.get('n'), guest.state.get('n')], [1, 1]);
  const blind = await house({ read: [], write: ['s.*'] }, t);
  await blind.guest.state.setState({ n: 5 });
  await settled();
  assert.deepEqual([blind.host.state.get('n'), blind.guest.state.getState()], [5, { n: 5 }]);
});

test('an update in words is held to the same grants', async (t) => {
  const { host, guest } = await house({ ...grants, messages: ['s:update'] }, t);
  await guest.parley.send('s:update', { updates: { both: 1 } }, { expectsResponse: false });
  await guest.parley.send('s:update', { updates: { both: 2, secret: 2 } }, { expectsResponse: false });
  await settled();
  assert.deepEqual(host.state.getState(), { secret: 's3cret', n: 1, both: 1 });
});

test('merged objects and texts pass, and meet', async (t) => {
  const { host, friend, guest } = await house(grants, t, { conflict: 'merge' });
  await host.state.setState({ both: { text: 'one two', a: 1 } });
  await pause(100);
  await settled();
  assert.deepEqual(guest.state.get('both'), { text: 'one two', a: 1 });
  await Promise.all([
    friend.state.setState({ both: { text: 'zero one two', a: 1 } }),
    guest.state.setState({ both: { text: 'one two three', a: 1, b: 2 } }),
  ]);
  await pause(100);
  await settled();
  for (const { state } of [host, friend, guest])
    assert.deepEqual(state.get('both'), { text: 'zero one two three', a: 1, b: 2 });
});

test('who comes before the host is ready is let in when it is', async (t) => {
  const [host, guest] = ['host', 'guest'].map(open);
  t.after(() => end(host, guest));
  await join(host, guest, grants);
  guest.state = new SyncedState(guest.parley, { n: 9, read: 'mine' }, { name: 's' });
  await guest.state.ready;
  await pause(5);
  host.state = new SyncedState(host.parley, { n: 1, secret: 2 }, { name: 's' });
  await host.state.ready;
  await settled();
  // Initial values: the elder's, where it may write them.
  assert.deepEqual([host.state.get('n'), guest.state.get('n')], [9, 9]);
  assert.deepEqual(guest.errors, []);
  await host.state.setState({ read: 'theirs' });
  await settled();
  assert.equal(guest.state.get('read'), 'theirs');
});

test('nothing granted, nothing shared: not even that there is a state', async (t) => {
  const { host, guest, frames } = await house({ read: [], write: [] }, t);
  assert.deepEqual(guest.state.getState(), {});
  await host.state.setState({ both: 1 });
  await settled();
  assert.deepEqual(guest.state.getState(), {});
  assert.ok(!JSON.stringify(frames).includes('both'));
});
