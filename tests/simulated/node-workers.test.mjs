// Workers and ports of Node: they work as those of a browser do, and whatever goes wrong with them has a code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Parley, ParleyError, SyncedState } from '../../pkg/index.js';

const pkg = new URL('../../pkg/index.js', import.meta.url).href;
const run = (code) => new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
const program = `
  import { parentPort } from 'node:worker_threads';
  import { Parley, SyncedState } from ${JSON.stringify(pkg)};
  const parley = Parley.create();
  const state = new SyncedState(parley, {});
  parley.on('double', (n) => n * 2);
  parley.on('never', () => new Promise(() => {}));
  parley.on('exit', () => void setTimeout(() => process.exit(0)));
  state.subscribeKey('n', (n) => state.setState({ doubled: n * 2 }));
  await parley.connect(parentPort, 'main');
`;

const coded = (code) => (error) => {
  assert.ok(error instanceof ParleyError, String(error?.stack ?? error));
  assert.equal(error.code, code, error.message);
  return true;
};

async function joined() {
  const worker = run(program);
  const parley = Parley.create({ timeout: 60_000 });
  const info = await parley.connect(worker, 'worker');
  return { worker, parley, info };
}

test('a worker of Node: calls, and a state, both ways', async () => {
  const { worker, parley, info } = await joined();
  const state = new SyncedState(parley, {});
  assert.deepEqual([info.id, info.kind], ['worker', 'worker']);
  assert.equal(await parley.send('double', 21), 42);
  const doubled = new Promise((resolve) => state.subscribeKey('doubled', resolve));
  await state.setState({ n: 5 });
  assert.equal(await doubled, 10);
  parley.destroy();
  await worker.terminate();
});

for (const [how, end] of [
  ['terminate()', ({ worker }) => void worker.terminate()],
  ['process.exit() in it', ({ parley }) => void parley.send('exit', null, { expectsResponse: false })],
])
  test(`a worker of Node that ends by ${how} during a call`, async () => {
    const scene = await joined();
    const gone = new Promise((resolve) => scene.parley.onSystem('system:disconnected', resolve));
    const call = assert.rejects(scene.parley.send('never', null, { timeout: 1e6 }), coded('ERR_PEER_LOST'));
    end(scene);
    await call;
    assert.equal((await gone).reason, 'closed');
    scene.parley.destroy();
  });

for (const [what, code] of [
  ['cannot be loaded', 'import "./nowhere.js";'],
  ['throws at its start', 'throw new RangeError("no luck");'],
  ['has a syntax error', 'const ='],
  ['ends without a Parley', ''],
])
  test(`a worker of Node that ${what} ends connect() with a code`, async () => {
    const parley = Parley.create({ timeout: 1e6 });
    await assert.rejects(parley.connect(run(code), 'worker'), coded('ERR_CONNECTION'));
    assert.deepEqual(parley.peers, []);
    parley.destroy();
  });

test('a port of Node whose other end is closed, before and after it joined', async () => {
  const [a, b] = [Parley.create({ timeout: 1e6 }), Parley.create()];
  const early = new MessageChannel();
  early.port2.close();
  await assert.rejects(a.connect(early.port1, 'early'), coded('ERR_CONNECTION'));
  const { port1, port2 } = new MessageChannel();
  await Promise.all([a.connect(port1, 'b'), b.connect(port2, 'a')]);
  b.on('never', () => new Promise(() => {}));
  const call = assert.rejects(a.send('never', null, { targetId: 'b', timeout: 1e6 }), coded('ERR_PEER_LOST'));
  port2.close();
  await call;
  for (const parley of [a, b]) parley.destroy();
});

test('what only looks like a worker or port is refused by a code', async () => {
  const parley = Parley.create();
  const lookalikes = [{ postMessage() {}, terminate() {} }, { postMessage() {}, start() {} }, { postMessage() {} }];
  for (const target of lookalikes) await assert.rejects(parley.connect(target, 'x'), coded('ERR_ARGUMENT'));
  parley.destroy();
});
