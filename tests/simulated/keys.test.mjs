// Keys that are names of something else elsewhere cross like any other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Windows } from './lib.mjs';

test('any string is a key', async () => {
  const windows = new Windows({});
  const [a, b] = [windows.open(), windows.open()];
  const keys = ['nul\0key', '\0', 'two\0\0', '', '__proto__', 'constructor', 'length', '\u2028', '\ufffd', '😀'];
  for (const [at, key] of keys.entries()) {
    const update = Object.defineProperty({}, key, { value: at, enumerable: true });
    (at % 2 ? a : b).state.setState(update);
  }
  await windows.settle();
  assert.deepEqual(Object.keys(windows.assertAgree()).sort(), [...keys].sort());
  a.state.delete(...keys);
  await windows.settle();
  assert.deepEqual(Object.keys(windows.assertAgree()), []);
  assert.deepEqual(Object.keys(b.state.getState()), []);
  windows.destroy();
});
