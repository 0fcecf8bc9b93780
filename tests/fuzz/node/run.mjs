// node tests/fuzz/node/run.mjs [--minutes n] [--runs n] [--seed n] [target ...]
import { fuzz } from './fuzz.mjs';

const targets = [];
const options = { seed: 1 };
const words = process.argv.slice(2);
while (words.length > 0) {
  const word = words.shift();
  if (/^--(minutes|runs|seed)$/.test(word)) options[word.slice(2)] = Number(words.shift());
  else targets.push(word);
}
let findings = 0;
for (const target of targets) {
  const module = await import(`./${target}.mjs`);
  findings += (await fuzz(module, { ...options, ms: options.minutes && options.minutes * 60_000, isTalkative: true }))
    .length;
}
process.exitCode = findings > 0 ? 1 : 0;
