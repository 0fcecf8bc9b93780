/**
 * Runs the tests, as many at a time as there are players; those that must be alone come last, one after the other.
 * What the browser cannot play is told at the end, with the reason. Returns the counts.
 */
export async function run(tests, { players, verbose, again = false, out = console.log }) {
  const counts = { passed: 0, failed: 0, skipped: 0, again: 0 };
  const [first] = players;
  const { browser } = first;
  const skips = tests.map((test) => ({ test, why: reason(test, browser) })).filter(({ why }) => why);
  counts.skipped = skips.length;
  const able = tests.map((test) => ({ test, seed: seed(test) })).filter(({ test }) => !reason(test, browser));
  const together = able.filter(({ test }) => !test.alone);
  const alone = able.filter(({ test }) => test.alone);

  async function attempt(player, part) {
    const { test } = part;
    const { error, log, notes, took } = await player.play(test, part.seed);
    // A whole browser on a busy machine now and then does something else first. What fails twice is a failure; what
    // passes at the second attempt, with nothing beside it, is counted and told, with the first one's error.
    const once = error && again && !part.tried;
    if (once) alone.push({ ...part, tried: true });
    counts[once ? 'again' : error ? 'failed' : 'passed']++;
    // Said at once, so that what belongs together stays together.
    const lines = [`${once ? 'again' : error ? 'FAIL ' : 'ok   '} ${test.name} (${took} ms)`];
    lines.push(...notes.map((note) => indent(`note: ${note}`)));
    if (error) lines.push(indent(error.stack ?? String(error)));
    if (error || verbose)
      lines.push(...log.map(({ tab, level, text }) => indent(`[console] ${tab} ${level}: ${text}`)));
    out(lines.join('\n'));
  }

  await Promise.all(
    players.map(async (player) => {
      for (let part; (part = together.shift());) await attempt(player, part);
      if (player !== first) await player.close();
    }),
  );
  for (let part; (part = alone.shift());) await attempt(first, part);
  for (const { test, why } of skips) out(`skip  ${test.name} (${why})`);
  return counts;
}

/** Why this browser cannot play the test: an ability that its driver lacks, or what its own table says of the name. */
function reason({ name, needs }, browser) {
  const ability = needs.find((one) => !browser.can[one]);
  if (!ability) return browser.skips?.get(name);
  return browser.lacks?.[ability] ?? `the ${browser.name} driver cannot: ${ability}`;
}

/** The same in every run, whatever else runs; another in each round. */
function seed({ name, round }) {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  return ((hash % 1_000_000) + round) >>> 0;
}

function indent(text) {
  return text.replace(/^/gm, '      ');
}
