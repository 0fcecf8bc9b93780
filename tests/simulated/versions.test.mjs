// States of different versions: older ones are translated into newer ones, and nothing goes the other way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedState, createTestNetwork } from '../../pkg/index.js';

const errorsOf = (parley) => {
  const errors = [];
  parley.onSystem('system:error', (error) => errors.push(error));
  return errors;
};

test('windows of different versions without migrate are not let in, and both are told', async () => {
  const network = createTestNetwork();
  const [a, b] = [network.createParley(), network.createParley()];
  const errors = [errorsOf(a), errorsOf(b)];
  const old = new SyncedState(a, { name: 'old' }, { version: 1 });
  const next = new SyncedState(b, { name: 'new' }, { version: 2 });
  await network.settle();
  await Promise.all([old.ready, next.ready]);
  await Promise.all([old.setState({ name: 'older' }), next.setState({ other: 1 })]);
  await network.settle();
  assert.deepEqual(old.getState(), { name: 'older' });
  assert.deepEqual(next.getState(), { name: 'new', other: 1 });
  for (const [of, [own, theirs]] of [
    [errors[0], [1, 2]],
    [errors[1], [2, 1]],
  ]) {
    assert.equal(of.length, 1);
    assert.equal(of[0].code, 'ERR_SCHEMA_VERSION');
    assert.deepEqual([of[0].details.version, of[0].details.theirs], [own, theirs]);
  }
});

const split = (state) => ({ user: { name: state.name ?? null }, theme: state.theme });

const mixed = (network) => {
  const parleys = [0, 1, 2].map(() => network.createParley());
  const old = new SyncedState(parleys[0], { theme: 'light' }, { version: 1 });
  const open = (parley) => new SyncedState(parley, { user: null, theme: 'light' }, { version: 2, migrate: split });
  return { parleys, old, next: [open(parleys[1]), open(parleys[2])] };
};

test('an older window is translated, once by whoever can, and keeps what newer ones wrote since', async () => {
  const network = createTestNetwork({ seed: 3 });
  const { parleys, old, next } = mixed(network);
  const changes = [];
  next[0].subscribe((_state, _before, change) => changes.push([change.origin, change.from?.id]));
  await network.settle();
  old.setState({ name: 'bob' });
  await network.settle();
  for (const state of next) assert.deepEqual(state.getState(), { user: { name: 'bob' }, theme: 'light' });
  assert.equal(changes.length, 1);
  assert.equal(changes[0][0], 'remote');
  next[1].setState({ user: { name: 'eve' } });
  old.setState({ theme: 'dark' });
  await network.settle();
  for (const state of next) assert.deepEqual(state.getState(), { user: { name: 'eve' }, theme: 'dark' });
  assert.deepEqual(old.getState(), { name: 'bob', theme: 'dark' });
  old.delete('theme');
  await network.settle();
  for (const state of next) assert.deepEqual(state.getState(), { user: { name: 'eve' } });
  assert.ok(
    parleys.every((parley) => parley.peers.length === 2),
    'the windows stay connected',
  );
});

test('what an older window wrote while apart arrives translated', async () => {
  const network = createTestNetwork({ seed: 5 });
  const { parleys, old, next } = mixed(network);
  await network.settle();
  network.partition([parleys[0]], [parleys[1], parleys[2]]);
  old.setState({ name: 'ann' });
  await network.settle();
  assert.equal(next[0].get('user'), null);
  network.heal();
  await network.settle();
  for (const state of next) assert.deepEqual(state.get('user'), { name: 'ann' });
});

test('a migrate that throws lets nothing in and is reported', async () => {
  const network = createTestNetwork();
  const [a, b] = [network.createParley(), network.createParley()];
  const errors = errorsOf(b);
  const old = new SyncedState(a, {}, { version: 1 });
  const migrate = () => {
    throw new Error('no idea');
  };
  const next = new SyncedState(b, { kept: 1 }, { version: 2, migrate });
  await network.settle();
  old.setState({ name: 'bob' });
  await network.settle();
  assert.deepEqual(next.getState(), { kept: 1 });
  assert.deepEqual([...new Set(errors.map((error) => error.code))], ['ERR_SCHEMA_VERSION']);
});
