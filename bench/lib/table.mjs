// The results as text.
import { contenders } from '../contenders.mjs';
import { digits, spread, verdict } from './format.mjs';

const nameOf = (id) => contenders.find((one) => one.id === id).name;

export function printRow(row) {
  const { raw, ...others } = row.results;
  const unit = row.unit;
  console.log(`\n${row.name}`);
  if (raw)
    console.log(
      `  ${'raw channel'.padEnd(18)} ${digits(raw.value.median)} ${unit} (${digits(raw.value.low)} to ${digits(raw.value.high)}), ${raw.rounds} rounds`,
    );
  for (const [id, { value, ratio }] of Object.entries(others)) {
    const times = ratio ? `${spread(ratio)} times` : '';
    console.log(`  ${nameOf(id).padEnd(18)} ${times.padEnd(30)} ${digits(value.median)} ${unit}`);
  }
  for (const [id, why] of Object.entries(row.left)) console.log(`  ${nameOf(id).padEnd(18)} left out: ${why}`);
  if (Object.keys(others).length > 1) console.log(`  least: ${verdict(row, nameOf)}`);
}

export function printWeights(weights) {
  console.log('\nweight of an import, minified, after brotli');
  for (const { id, import: what, kB } of weights) {
    console.log(`  ${nameOf(id).padEnd(18)} ${what.padEnd(36)} ${kB.toFixed(1).padStart(7)} kB`);
  }
}
