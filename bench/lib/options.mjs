// The command line, checked.
export const USAGE = `cargo xtask bench [options]

  --rounds <n>    rounds of every row (7; 3 with --quick)
  --only <text>   rows whose key or name has this in it; "weight" for the sizes alone; may be given several times
  --quick         three minutes at most instead of ten: for a look, not for the record
  --save          keep a whole run: bench/results.json, and docs/bench.svg for README to show
  --list          the rows and who takes part`;

export function readOptions(words) {
  const options = { only: [], quick: false, save: false, list: false };
  const rest = [...words];
  while (rest.length > 0) {
    const word = rest.shift();
    if (word === '--quick' || word === '--save' || word === '--list') options[word.slice(2)] = true;
    else if (word === '--only') options.only.push(value(word, rest).toLowerCase());
    else if (word === '--rounds') options.rounds = whole(word, value(word, rest));
    else throw new Error(`there is no option '${word}'\n\n${USAGE}`);
  }
  if (options.save && (options.only.length > 0 || options.quick)) {
    throw new Error('--save wants a whole run: without --only and --quick');
  }
  // Fewer rounds only where the time is over.
  const effort = options.quick ? { minutes: 3, fewest: 1, limit: 10_000 } : { minutes: 10, fewest: 3, limit: 30_000 };
  return { ...options, rounds: options.rounds ?? (options.quick ? 3 : 7), ...effort };
}

function value(word, rest) {
  const next = rest.shift();
  if (next === undefined || next.startsWith('--')) throw new Error(`${word} wants a value\n\n${USAGE}`);
  return next;
}

function whole(word, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${word} wants a whole number above 0, not '${text}'`);
  return number;
}
