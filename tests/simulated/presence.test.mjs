// Presence: who is there, seen through the windows that are there, and nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, Presence, SerializationError, SyncedState, createTestNetwork } from '../../pkg/index.js';
import { generator } from './lib.mjs';
import { line, until } from './windows.mjs';

const seen = (presence) => Object.fromEntries([...presence.others].sort());

test('everyone sees everyone else, by instanceId, and what they set', async () => {
  const network = createTestNetwork();
  const windows = ['a', 'b', 'c'].map((instanceId) => {
    const parley = network.createParley({ instanceId });
    return { parley, presence: new Presence(parley, { name: instanceId }) };
  });
  const [a, b, c] = windows.map(({ presence }) => presence);
  await network.settle();
  assert.deepEqual(seen(a), { b: { name: 'b' }, c: { name: 'c' } });
  const before = b.others;
  const told = [];
  b.subscribe((others) => {
    assert.equal(others, b.others, 'told of what is there now');
    told.push(others);
  });
  a.set({ name: 'a', cursor: [1, 2] });
  await network.settle();
  assert.deepEqual(seen(b), { a: { name: 'a', cursor: [1, 2] }, c: { name: 'c' } });
  assert.equal(told.length, 1);
  assert.equal(told[0].get('c'), before.get('c'), 'what did not change is the very same');
  a.set({ cursor: [1, 2], name: 'a' });
  await network.settle();
  assert.equal(told.length, 1, 'setting what is there changes nothing');
  assert.equal(b.others, told[0]);
  // Everyone writes whom it sees now, and nobody has anything new to say.
  const stranger = network.createParley();
  await network.settle();
  stranger.destroy();
  await network.settle();
  assert.equal(b.others, told[0]);
  windows[2].parley.destroy();
  await network.settle();
  assert.deepEqual(Object.keys(seen(b)), ['a']);
  assert.equal(c.others.size, 0, 'the window that left sees nobody');
  for (const { parley } of windows) parley.destroy();
});

test('what is handed out can be changed by nobody', async () => {
  const network = createTestNetwork();
  const [one, two] = [network.createParley(), network.createParley()];
  const given = { tags: ['x'] };
  new Presence(one, given);
  const presence = new Presence(two);
  given.tags.push('y');
  await network.settle();
  const [value] = presence.others.values();
  assert.deepEqual(value, { tags: ['x'] }, 'a copy was taken');
  assert.throws(() => value.tags.push('z'), TypeError);
  for (const change of ['set', 'delete', 'clear']) assert.throws(() => presence.others[change]('x'), TypeError);
  one.destroy();
  two.destroy();
});

test('what cannot be cloned is refused, and nothing changes', async () => {
  const network = createTestNetwork();
  const [one, two] = [network.createParley(), network.createParley()];
  const [left, right] = [new Presence(one, 1), new Presence(two, 2)];
  await network.settle();
  assert.throws(
    () => left.set({ user: { onClick() {} } }),
    (error) => error instanceof SerializationError && error.details.path === 'user.onClick',
  );
  assert.throws(() => new Presence(one, Symbol('x'), { name: 'other' }), { code: 'ERR_SERIALIZATION' });
  await network.settle();
  assert.deepEqual([...right.others.values()], [1]);
  new Presence(one, 3, { name: 'other' });
  one.destroy();
  two.destroy();
});

test('wrong arguments', () => {
  const parley = Parley.create();
  const mock = { on() {}, broadcast() {} };
  for (const wrong of [undefined, null, mock, {}]) assert.throws(() => new Presence(wrong), { code: 'ERR_ARGUMENT' });
  for (const wrong of [5, null, { name: '' }, { name: 5 }, { title: 'x' }]) {
    assert.throws(() => new Presence(parley, 0, wrong), { code: 'ERR_CONFIG' });
  }
  const presence = new Presence(parley);
  assert.throws(() => new Presence(parley), { code: 'ERR_DUPLICATE_NAME' });
  assert.throws(() => presence.subscribe('x'), { code: 'ERR_ARGUMENT' });
  presence.destroy();
  presence.destroy();
  assert.throws(() => presence.set(1), { code: 'ERR_DESTROYED' });
  assert.throws(() => presence.subscribe(() => {}), { code: 'ERR_DESTROYED' });
  new Presence(parley);
  parley.destroy();
  assert.throws(() => new Presence(parley), { code: 'ERR_DESTROYED' });
});

test('two of different names do not mix', async () => {
  const network = createTestNetwork();
  const [one, two] = [network.createParley({ instanceId: 'one' }), network.createParley({ instanceId: 'two' })];
  new Presence(one, 'default');
  new Presence(one, 'cursor', { name: 'cursors' });
  const [plain, cursors] = [new Presence(two), new Presence(two, undefined, { name: 'cursors' })];
  await network.settle();
  assert.deepEqual([seen(plain), seen(cursors)], [{ one: 'default' }, { one: 'cursor' }]);
  one.destroy();
  two.destroy();
});

test('a listener that throws is reported and disturbs nobody', async () => {
  const network = createTestNetwork();
  const [one, two] = [network.createParley(), network.createParley()];
  const errors = [];
  two.onSystem('system:error', (error) => errors.push(error.message));
  const presence = new Presence(two);
  const told = [];
  presence.subscribe(() => {
    throw new Error('a listener');
  });
  const off = presence.subscribe((others) => told.push(others.size));
  new Presence(one);
  await network.settle();
  assert.deepEqual([errors, told], [['a listener'], [1]]);
  off();
  one.destroy();
  await network.settle();
  assert.equal(told.length, 1);
  two.destroy();
});

test('seen through a window between, and gone with it', async () => {
  const { parleys, cut } = await line(['a', 'b', 'c', 'd']);
  const presences = parleys.map((parley) => new Presence(parley, parley.instanceId));
  await until(() => presences.every(({ others }) => others.size === 3));
  assert.deepEqual(seen(presences[0]), { b: 'b', c: 'c', d: 'd' });
  // The wire breaks: neither side says goodbye, nobody writes, and what was behind it is gone.
  cut(1);
  assert.deepEqual(Object.keys(seen(presences[1])), ['a']);
  assert.deepEqual(Object.keys(seen(presences[2])), ['d']);
  await until(() => presences[0].others.size === 1 && presences[3].others.size === 1);
  for (const parley of parleys) parley.destroy();
});

test('a window whose end was seen is gone, though a frozen one still lists it', async () => {
  const { parleys, cut } = await line(['dead', 'me', 'frozen']);
  const [dead, me, frozen] = parleys;
  new Presence(dead, 'dead');
  const presence = new Presence(me);
  // A frozen window writes nothing: this one is played by a state with its last words.
  const words = new SyncedState(frozen, {}, { name: 'presence' });
  await until(() => presence.others.size === 1);
  const entry = (id, sees) => ({ id, sees, value: id });
  await words.setState({ [frozen._uids[0]]: entry('frozen', [me._uids[0], dead._uids[0]]) });
  await until(() => presence.others.size === 2);
  cut(0);
  assert.deepEqual(seen(presence), { frozen: 'frozen' });
  // And its entry does not stay in the state for ever.
  await until(() => !(dead._uids[0] in words.getState()));
  for (const parley of parleys) parley.destroy();
});

test('a living window that is deleted comes back; garbage is nobody', async () => {
  const { parleys } = await line(['one', 'two', 'other']);
  const [one, two, other] = parleys;
  new Presence(one, 1);
  const presence = new Presence(two, 2);
  const raw = new SyncedState(other, {}, { name: 'presence' });
  await until(() => Object.keys(raw.getState()).length === 2);
  await raw.delete(one._uids[0]);
  await until(() => presence.others.size === 0);
  await until(() => presence.others.get('one') === 1);
  const own = other._uids[0];
  for (const garbage of [null, 5, 'x', [], {}, { id: 5, sees: [] }, { id: 'x', sees: 'y' }]) {
    await raw.setState({ [own]: garbage, constructor: garbage });
    await raw.flush();
    assert.deepEqual(seen(presence), { one: 1 });
  }
  await raw.setState({ [own]: { id: 'other', sees: [null, 5, '__proto__', 'constructor', own], value: 3 } });
  await until(() => presence.others.get('other') === 3);
  assert.deepEqual(seen(presence), { one: 1, other: 3 });
  for (const parley of parleys) parley.destroy();
});

test('entries of the dead do not pile up', async () => {
  const network = createTestNetwork();
  const stays = network.createParley();
  const presence = new Presence(stays);
  const raw = new SyncedState(network.createParley(), {}, { name: 'presence' });
  for (let n = 0; n < 20; n++) {
    const parley = network.createParley();
    new Presence(parley, n);
    await network.settle();
    assert.equal(presence.others.size, 1);
    parley.destroy();
    await network.settle();
    assert.equal(presence.others.size, 0);
  }
  await until(() => Object.keys(raw.getState()).length === 1);
  assert.deepEqual(Object.keys(raw.getState()), [stays._uids[0]]);
  stays.destroy();
});

const schedule = async (seed) => {
  const { below, random } = generator(seed);
  const network = createTestNetwork({ seed, latency: [0, below(2) * 200], loss: below(2) * random() * 0.3 });
  const windows = [];
  const open = () => {
    const parley = network.createParley();
    const presence = new Presence(parley, 'initial');
    windows.push({ parley, presence, value: 'initial' });
  };
  open();
  open();
  for (let steps = 10 + below(20); steps > 0; steps--) {
    const at = below(windows.length);
    const what = below(8);
    if (what < 4) {
      windows[at].value = { n: below(5) };
      windows[at].presence.set(windows[at].value);
    } else if (what === 4 && windows.length < 6) open();
    else if (what === 5 && windows.length > 2) windows.splice(at, 1)[0].parley.destroy();
    else if (what === 6) network.partition(windows.map(({ parley }) => parley).filter(() => below(2)));
    else await new Promise((resolve) => setImmediate(resolve));
  }
  network.heal();
  await network.settle();
  for (const { parley, presence } of windows) {
    const others = windows.filter((one) => one.parley !== parley);
    const expected = Object.fromEntries(others.map(({ parley: { instanceId }, value }) => [instanceId, value]));
    assert.deepEqual(Object.fromEntries(presence.others), expected);
  }
  for (const { parley } of windows) parley.destroy();
};

test('any schedule of opening, closing, setting and parting', async () => {
  const only = process.env.PARLEY_SEED;
  const count = Number(process.env.PARLEY_SEEDS ?? 100);
  for (const seed of only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)]) {
    try {
      await schedule(seed);
    } catch (error) {
      assert.fail(`PARLEY_SEED=${seed} fails: ${error.stack}`);
    }
  }
});
