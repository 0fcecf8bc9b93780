// The ends of what a timeout may be: 0 is at once, Infinity never, and what no timer of the host can hold is not soon.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedState, createTestNetwork } from '../../pkg/index.js';

const LONG = [Infinity, 2 ** 31, 1e300];

/** Two that are connected; `far` answers 'never' never. */
async function connected() {
  const network = createTestNetwork();
  const near = network.createParley();
  const far = network.createParley({ instanceId: 'far' });
  await network.settle();
  far.on('never', () => new Promise(() => {}));
  far.on('echo', (value) => value);
  return { network, near, far };
}

/** What came of promises so far, in the order in which they settled. */
function outcomes(promises) {
  const settled = [];
  promises.forEach((promise, at) =>
    promise.then(
      () => settled.push([at, 'resolved']),
      (error) => settled.push([at, error.code]),
    ),
  );
  return settled;
}

test('0 is at once: the message goes out, and its answer is not waited for', async () => {
  const { network, near, far } = await connected();
  const heard = far.once('echo');
  await assert.rejects(near.send('echo', 1, { timeout: 0 }), { code: 'ERR_TIMEOUT' });
  await network.settle();
  assert.equal(await heard, 1);
  const { port1 } = new MessageChannel();
  await assert.rejects(near.connect(port1, 'nobody', { timeout: 0 }), { code: 'ERR_TIMEOUT' });
  const state = new SyncedState(near, {});
  new SyncedState(far, {});
  await network.settle();
  await assert.rejects(state.setState({ a: 1 }, { ack: 'all', timeout: 0 }), { code: 'ERR_TIMEOUT' });
  assert.equal(state.get('a'), 1, 'what was not acknowledged stays');
  for (const one of [near, far]) one.destroy();
});

test('Infinity is never, and a number that no timer can hold is not soon: of calls', async () => {
  const { near, far } = await connected();
  const settled = outcomes(LONG.map((timeout) => near.send('never', 1, { timeout })));
  // These are due later than the others would be, were their timeouts cut off.
  for (let i = 0; i < 3; i++) await assert.rejects(near.send('never', 1, { timeout: 10 }), { code: 'ERR_TIMEOUT' });
  assert.deepEqual(settled, []);
  for (const timeout of LONG) assert.equal(await near.send('echo', 2, { timeout }), 2);
  near.destroy();
  far.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    settled,
    LONG.map((_, at) => [at, 'ERR_DESTROYED']),
  );
});

test('the same of connections and of acknowledgements', async () => {
  const { network, near, far } = await connected();
  const state = new SyncedState(near, {});
  new SyncedState(far, {});
  await network.settle();
  network.partition([near]);
  const settled = outcomes([
    ...LONG.map((timeout, at) => near.connect(new MessageChannel().port1, `nobody-${at}`, { timeout })),
    ...LONG.map((timeout) => state.setState({ a: timeout }, { ack: 'all', timeout })),
  ]);
  for (let i = 0; i < 3; i++) {
    await assert.rejects(state.setState({ b: i }, { ack: 'all', timeout: 10 }), { code: 'ERR_TIMEOUT' });
  }
  assert.deepEqual(settled, []);
  for (const one of [near, far]) one.destroy();
});
