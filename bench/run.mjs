// The table: parley-sync, raw channels and other libraries, in separate tabs and in a cross-origin frame of one headless Chromium,
// taking turns round by round. `cargo xtask bench` builds the package and runs this.
import { mkdir, writeFile } from 'node:fs/promises';
import { contenders } from './contenders.mjs';
import { picture } from './lib/picture.mjs';
import { machine, warnings } from './lib/machine.mjs';
import { measure } from './lib/measure.mjs';
import { readOptions } from './lib/options.mjs';
import { openStage } from './lib/stage.mjs';
import { compare, fastest } from './lib/statistics.mjs';
import { printRow, printWeights } from './lib/table.mjs';
import { weights } from './lib/weight.mjs';
import { rows } from './rows/index.mjs';

const options = readOptions(process.argv.slice(2));
const wanted = (...texts) =>
  options.only.length === 0 || options.only.some((only) => texts.some((text) => text.toLowerCase().includes(only)));
const chosen = rows.filter(({ key, name }) => wanted(key, name));
const weighs = wanted('weight');

if (options.list) {
  for (const { key, name, who } of rows) console.log(`${key.padEnd(18)} ${name}: ${who.join(', ')}`);
  console.log(`${'weight'.padEnd(18)} what an import weighs`);
} else if (chosen.length === 0 && !weighs) {
  throw new Error(`no row has '${options.only.join("' or '")}' in its name: see --list`);
} else {
  await run();
}

async function run() {
  const stage = await openStage(contenders);
  const notes = [];
  const say = (note) => {
    notes.push(note);
    console.warn(`warning: ${note}`);
  };
  try {
    const where = await machine(stage.version);
    const versions = Object.entries(where.versions).map(([name, version]) => `${name} ${version}`);
    console.log(`Chromium ${where.chromium}, ${where.processor}, ${where.system}\n${versions.join(', ')}`);
    console.log(
      `${options.rounds} rounds; times of the raw channel of the same round, and between which half of the rounds lie`,
    );
    for (const warning of warnings(where)) say(warning);
    const results = [];
    const end = Date.now() + options.minutes * 60_000;
    for (const [at, row] of chosen.entries()) {
      // What is left of the time, in equal parts for what is left to do.
      const until = Date.now() + (end - Date.now()) / (chosen.length - at);
      const playing = contenders.filter(({ id }) => row.who.includes(id));
      const { rounds, fewest, limit } = options;
      const { samples, left } = await measure(row, {
        stage,
        contenders: playing,
        rounds,
        fewest,
        limit,
        until,
        tell: say,
      });
      for (const part of parts(row, samples, left)) {
        results.push(part);
        printRow(part);
      }
    }
    const weighed = weighs ? await weights(contenders) : [];
    if (weighs) printWeights(weighed);
    await keep({ machine: where, rounds: options.rounds, notes, rows: results, weights: weighed });
  } finally {
    await stage.close();
  }
}

/** A row that measures several things at once becomes a row for each. */
function parts({ key, name, unit, parts }, samples, left) {
  return Object.entries(parts ?? { [key]: { name, unit } }).map(([key, { name, unit }]) => {
    const rounds = samples.map((sample) =>
      Object.fromEntries(Object.entries(sample).map(([id, value]) => [id, parts ? value[key] : value])),
    );
    const results = compare(rounds);
    return { key, name, unit, results, left, fastest: fastest(results) };
  });
}

/** As JSON and as a picture: below target/, or for the record, where README can show the picture. */
async function keep(results) {
  const files = options.save
    ? ['bench/results.json', 'docs/bench.svg']
    : ['target/bench/results.json', 'target/bench/bench.svg'];
  const [json, svg] = files.map((file) => new URL(`../${file}`, import.meta.url));
  await mkdir(new URL('.', json), { recursive: true });
  await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(svg, picture(results));
  console.log(`\nwritten: ${files.join(', ')}`);
}
