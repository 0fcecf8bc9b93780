// What a large state takes of the wasm's memory, which never shrinks. The numbers are the same on every machine.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KEYS } from './filled.mjs';

const filled = (step) =>
  JSON.parse(execFileSync(process.execPath, [fileURLToPath(new URL('filled.mjs', import.meta.url)), `${step}`]));

for (const [how, step] of [
  ['in one write', KEYS],
  ['in 100 writes', KEYS / 100],
]) {
  test(`${KEYS} small keys ${how} take 350 bytes each, and two places among the values of JavaScript`, () => {
    const { bytes, values } = filled(step);
    assert.ok(bytes <= 350 * KEYS, `${bytes} bytes`);
    // The table doubles as it grows.
    assert.ok(values <= 4 * KEYS, `${values} values`);
  });
}
