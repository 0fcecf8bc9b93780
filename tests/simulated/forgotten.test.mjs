// A Parley lives until it is destroyed, whether or not anybody still has it in a variable.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Parley } from '../../pkg/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Collects until what nothing refers to is gone, finalisers included. */
async function collectAll() {
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function linkPair() {
  const make = () => ({
    onframe: null,
    onclose: null,
    close() {},
    send(frame) {
      this.far(structuredClone(frame));
    },
  });
  const [left, right] = [make(), make()];
  left.far = (frame) => setTimeout(() => right.onframe?.(frame));
  right.far = (frame) => setTimeout(() => left.onframe?.(frame));
  return [left, right];
}

/** As an application writes it that keeps nothing: a handler, and a connection. */
function begin(link) {
  const parley = Parley.create({ allowedOrigins: [] });
  parley.on('ping', () => 'pong');
  parley.connect(link, 'other');
}

test('handlers of a Parley that nobody kept go on answering', async () => {
  const [near, far] = linkPair();
  begin(near);
  const other = Parley.create({ allowedOrigins: [] });
  await other.connect(far, 'forgotten');
  await collectAll();
  assert.equal(await other.send('ping', 0, { timeout: 500 }), 'pong');
  other.destroy();
});

test('a connect() that is awaited ends, though its Parley is in no variable', async () => {
  const silent = { onframe: null, onclose: null, send() {}, close() {} };
  const attempt = Parley.create({ allowedOrigins: [] }).connect(silent, 'nobody', { timeout: 300 });
  const outcome = attempt.then(
    () => 'connected',
    (error) => error.code,
  );
  await collectAll();
  const late = new Promise((resolve) => setTimeout(resolve, 1500, 'never'));
  assert.equal(await Promise.race([outcome, late]), 'ERR_TIMEOUT');
});
