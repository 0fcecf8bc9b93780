// once(type, { signal }): whoever gives up hears of it, and takes no message any more.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { createTestNetwork } from '../../pkg/index.js';

async function connected() {
  const network = createTestNetwork();
  const [near, far] = [network.createParley({ instanceId: 'near' }), network.createParley()];
  await network.settle();
  return { near, far, end: () => [near, far].forEach((one) => one.destroy()) };
}

test('an abort rejects with ERR_ABORTED, and the next message finds nobody', async () => {
  const { near, far, end } = await connected();
  const controller = new AbortController();
  const waiting = near.once('news', { signal: controller.signal });
  controller.abort();
  await assert.rejects(waiting, { code: 'ERR_ABORTED', message: /once\('news'\) was aborted/ });
  await assert.rejects(far.send('news', 1, { targetId: 'near' }), { code: 'ERR_NO_HANDLER' });
  end();
});

test('others that wait for the same type go on', async () => {
  const { near, far, end } = await connected();
  const controller = new AbortController();
  const aborted = near.once('news', { signal: controller.signal });
  const [other, plain] = [near.once('news', { signal: new AbortController().signal }), near.once('news')];
  controller.abort();
  await assert.rejects(aborted, { code: 'ERR_ABORTED' });
  far.broadcast('news', 7);
  assert.deepEqual(await Promise.all([other, plain]), [7, 7]);
  end();
});

test('a signal that was aborted before rejects at once', async () => {
  const { near, end } = await connected();
  await assert.rejects(near.once('news', { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' });
  end();
});

test('a signal that lives on is left alone once the message came, or the Parley was destroyed', async () => {
  const { near, far, end } = await connected();
  const { signal } = new AbortController();
  const first = near.once('news', { signal });
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  far.broadcast('news', 7);
  assert.equal(await first, 7);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  const second = near.once('news', { signal });
  end();
  await assert.rejects(second, { code: 'ERR_DESTROYED' });
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('an abort that nobody awaits is no unhandled rejection', async () => {
  const { near, end } = await connected();
  const unhandled = [];
  const note = (error) => unhandled.push(error);
  process.on('unhandledRejection', note);
  const controller = new AbortController();
  near.once('news', { signal: controller.signal });
  controller.abort();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
  end();
});

test('anything else is refused by name, and leaves no handler behind', async () => {
  const { near, far, end } = await connected();
  for (const options of [{ signal: 1 }, { signal: {} }, { timeout: 5 }, null, 5]) {
    await assert.rejects(near.once('news', options), { code: 'ERR_CONFIG' }, JSON.stringify(options));
  }
  const odd = { aborted: false, addEventListener() {}, removeEventListener() {} };
  odd.addEventListener = () => {
    throw new Error('mine');
  };
  await assert.rejects(near.once('news', { signal: odd }), /mine|signal/);
  await assert.rejects(far.send('news', 1, { targetId: 'near' }), { code: 'ERR_NO_HANDLER' });
  near.destroy();
  await assert.rejects(near.once('news', { signal: AbortSignal.abort() }), { code: 'ERR_DESTROYED' });
  end();
});
