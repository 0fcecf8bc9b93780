// Short runs of the fuzzers of what the built package takes in, from fixed seeds; `cargo xtask fuzz` runs them for long.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../fuzz/node/run.mjs', import.meta.url));

// In processes of their own: they take the clock, chance and the console over.
for (const [target, cases] of Object.entries({ frames: 120, handshake: 12, stored: 40, bytes: 100, origins: 200 })) {
  test(`${target}: ${cases} cases`, async () => {
    const { stdout } = await run(process.execPath, [script, '--runs', String(cases), target], {
      timeout: 600_000,
    }).catch(({ stdout, stderr }) => assert.fail(`${stdout}\n${stderr}`));
    assert.match(stdout, new RegExp(`${target}: ${cases} cases, [1-9]\\d* executions`));
  });
}
