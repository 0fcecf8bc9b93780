// Whether each adapter really carries what it is measured with: every message and every value arrives, in headless Chromium.
// Nothing is timed. `node bench/check.mjs [part of a name]`; the step `bench` of `cargo xtask test`.
import assert from 'node:assert/strict';
import { contenders } from './contenders.mjs';
import { agree, canMessage, canShare, carries } from './lib/checks.mjs';
import { openStage } from './lib/stage.mjs';

const chosen = contenders.filter(({ id }) => id.includes(process.argv[2] ?? ''));
assert.ok(chosen.length > 0, `nobody is called '${process.argv[2]}'`);
const stage = await openStage(chosen);
let [passed, failed] = [0, 0];

async function run({ id, what, check }) {
  const cast = await stage.cast(id);
  try {
    await check(cast);
    passed += 1;
    console.log(`ok      ${what}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${what}\n${error.stack}`);
  } finally {
    await cast.close();
  }
}

const checks = chosen.flatMap(({ id, name }) => {
  const own = [
    ...(canMessage(id) ? [{ id, what: `${name}: messages`, check: carries }] : []),
    ...canShare(id).map((wire) => ({ id, what: `${name}: state over a ${wire}`, check: (cast) => agree(cast, wire) })),
  ];
  assert.ok(own.length > 0, `${name} takes part in nothing`);
  return own;
});
try {
  // A few at a time: most of what each does is to wait.
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let check = checks.shift(); check; check = checks.shift()) await run(check);
    }),
  );
} finally {
  await stage.close();
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
