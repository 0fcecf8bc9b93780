// What large states, and many, take of the wasm's memory, which never shrinks.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KEYS, STATES } from './memory-taken.mjs';

const script = fileURLToPath(new URL('memory-taken.mjs', import.meta.url));
const taken = (...what) => JSON.parse(execFileSync(process.execPath, [script, ...what]));

for (const [how, step] of [
  ['in one write', KEYS],
  ['in 100 writes', KEYS / 100],
]) {
  test(`${KEYS} small keys ${how} take 320 bytes each, and two places among the values of JavaScript`, () => {
    const { bytes, values } = taken('filled', `${step}`);
    assert.ok(bytes <= 320 * KEYS, `${bytes} bytes`);
    // The table doubles as it grows.
    assert.ok(values <= 4 * KEYS, `${values} values`);
  });
}

test(`${STATES} states that were made and destroyed leave 1,600 bytes each`, () => {
  // The object itself is freed when JavaScript has collected it; what the state held, at once.
  const { bytes } = taken('destroyed');
  assert.ok(bytes <= 1600 * STATES, `${bytes} bytes`);
});
