#!/usr/bin/env node
// End-to-end tests: real browsers, loopback origins. See lib/args.mjs for the command line.
import { access, readdir } from 'node:fs/promises';
import { options } from './lib/args.mjs';
import { allow, within } from './lib/poll.mjs';
import { Player } from './lib/player.mjs';
import { run } from './lib/runner.mjs';
import { collect } from './lib/scenario.mjs';
import { serve } from './server.mjs';

const { browser: name, only, headed, repeat, jobs, list, verbose } = options(process.argv.slice(2));
const folder = new URL('scenarios/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.mjs')).sort();
const all = await collect(files.map((file) => new URL(file, folder)));
const tests = all.filter((test) => test.name.includes(only));

if (list) {
  for (const test of tests) console.log(test.name);
  process.exit(0);
}
if (tests.length === 0) {
  console.error(`no scenario has "${only}" in its name`);
  process.exit(1);
}
try {
  // The harness' own scenarios need no package.
  if (tests.some((test) => !test.name.startsWith('00-harness')))
    await access(new URL('../../pkg/wasm/inline-messages.js', import.meta.url));
} catch {
  console.error('the package is not built: run `cargo xtask build` first');
  process.exit(1);
}

// These scenarios open pages that are generated.
if (tests.some((test) => /^(playground|site):/.test(test.name))) {
  const [{ build }, { target }] = await Promise.all([
    import('../../xtask/js/site/build.mjs'),
    import('../../xtask/js/site/paths.mjs'),
  ]);
  build(target);
}

const started = performance.now();
const { launch } = await import(`./browsers/${name}.mjs`);
const rounds = Array.from({ length: repeat }, (_, round) => tests.map((test) => ({ ...test, round }))).flat();
const server = await serve();
const several = rounds.filter(({ alone }) => !alone).length;
const atOnce = Math.max(1, Math.min(jobs, several));
if (atOnce > 1) allow(2);
const players = await Promise.all(
  Array.from({ length: atOnce }, () => Player.start(() => launch({ headed, server }), server)),
);
// Browsers have process groups of their own: who ends this program would leave them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => end().then(() => process.exit(1)));
const { browser } = players[0];
console.log(
  `${browser.name} ${browser.version}, ${tests.length} scenarios${repeat > 1 ? `, ${repeat} times` : ''}, ` +
    `${players.length} at a time`,
);

/** What does not end in time ends with the process. */
function end() {
  const all = [...players.map((player) => player.close()), server.close()];
  return within(30_000, Promise.allSettled(all), 'ending the browsers').catch((error) => console.error(error.message));
}

let counts;
try {
  // A failure is tried once more where nobody watches; whoever works on it wants to see it.
  counts = await run(rounds, { players, verbose, again: Boolean(process.env.CI) });
} finally {
  await end();
}

const seconds = ((performance.now() - started) / 1000).toFixed(1);
const skipped =
  (counts.skipped ? `, ${counts.skipped} skipped` : '') + (counts.again ? `, ${counts.again} tried twice` : '');
console.log(`${browser.name}: ${seconds} s${skipped}`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
