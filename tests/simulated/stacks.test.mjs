// The stack of an error begins with the line that called the package.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Parley, Presence, SyncedState, createTestNetwork } from '../../pkg/index.js';

const parley = Parley.create();
const state = new SyncedState(parley, { n: 0 });
test.after(() => parley.destroy());

const calls = {
  'Parley.create': () => Parley.create({ allowedOrigins: ['*'] }),
  on: () => parley.on(1, () => {}),
  'a constructor': () => new SyncedState(parley, {}, { name: 7 }),
  send: () => parley.send('x', 1, { targetId: 'nobody' }),
  'what cannot be cloned': () => state.setState({ deep: { run() {} } }),
  subscribe: () => state.subscribe('no function'),
};

async function errorOf(theCaller) {
  try {
    await theCaller();
  } catch (error) {
    return error;
  }
  assert.fail('it throws');
}

const framesOf = ({ stack }) => stack.split('\n').filter((line) => /^ +at /.test(line));

for (const [what, call] of Object.entries(calls))
  test(what, async () => {
    const error = await errorOf(function theCaller() {
      return call();
    });
    assert.ok(error.stack.startsWith(`${error.name}: ${error.message}\n`), error.stack);
    const [first, second] = framesOf(error);
    assert.match(first, /stacks\.test\.mjs/, error.stack);
    assert.match(second, /theCaller/, error.stack);
    assert.doesNotMatch(error.stack, /wasm/);
    assert.ok(framesOf(error).length <= Error.stackTraceLimit);
    assert.ok(!Object.keys(error).includes('stack'));
  });

test('called by a listener, which the package calls: the listener is the caller', async () => {
  const caught = new Promise((resolve) => {
    state.subscribe(function theListener() {
      try {
        parley.on(1, () => {});
      } catch (error) {
        resolve(error);
      }
    });
  });
  state.setState({ n: 1 });
  assert.match(framesOf(await caught)[0], /theListener.*stacks\.test\.mjs/);
});

test('what a class of JavaScript throws under a listener keeps the listener', async () => {
  const network = createTestNetwork();
  const [a, b] = [network.createParley(), network.createParley()];
  const presence = new Presence(a, 1);
  await network.settle();
  const caught = new Promise((resolve) => {
    a.on('go', function theHandler() {
      try {
        presence.set({ run() {} });
      } catch (error) {
        resolve(error);
      }
    });
  });
  b.broadcast('go');
  await network.settle();
  assert.match((await caught).stack, /theHandler/);
  for (const one of [a, b]) one.destroy();
});

test('the limit of the application stays what it was', async () => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 3;
  try {
    const error = await errorOf(() => parley.on(1));
    assert.equal(Error.stackTraceLimit, 3);
    assert.equal(framesOf(error).length, 3);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});
