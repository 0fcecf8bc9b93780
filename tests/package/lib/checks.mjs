// Checks with a name and a time, counted.

const results = { passed: 0, failed: 0 };

/** Runs one check; a failure is printed and counted, and the next check still runs. */
export async function check(name, run) {
  const started = performance.now();
  let failure;
  try {
    await run();
    results.passed += 1;
  } catch (error) {
    failure = error;
    results.failed += 1;
  }
  const took = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`  ${failure ? 'FAILED' : 'ok    '} ${name} (${took} s)`);
  if (failure) console.log(String(failure.stack ?? failure).replace(/^/gm, '      '));
}

/** Prints the count and sets the exit code; a run without checks is a failure. */
export function close() {
  console.log(`${results.passed} passed, ${results.failed} failed`);
  if (results.failed > 0 || results.passed === 0) process.exitCode = 1;
}
