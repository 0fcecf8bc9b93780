// A plain messenger and the process of Node that it lives in.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

test('a state on a plain messenger keeps no process alive, and can be waited for', { timeout: 60_000 }, async () => {
  const script = `
    import { SyncedState, SyncedStore } from ${JSON.stringify(new URL('../../pkg/index.js', import.meta.url).href)};
    const messenger = { on() {}, broadcast() {} };
    const state = new SyncedState(messenger, {});
    await new SyncedStore(messenger, (list) => list, []).ready;
    await state.ready;
    console.log('ready');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  assert.equal(stdout, 'ready\n');
});
