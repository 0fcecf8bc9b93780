// Medians and quartiles: a mean would be what the noisiest round makes of it.

/** The value below which this share of the numbers lies, between neighbours in proportion. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

export const summary = (numbers) => ({
  median: quantile(numbers, 0.5),
  low: quantile(numbers, 0.25),
  high: quantile(numbers, 0.75),
});

/**
 * Each contender's rounds as multiples of the raw channel in the same round; without raw ones there is no ratio. `rounds` are
 * objects of one number for each contender; a contender may be missing in some.
 */
export function compare(rounds) {
  const ids = new Set(rounds.flatMap(Object.keys));
  const results = {};
  for (const id of ids) {
    const own = rounds.filter((round) => id in round);
    const ratios = own.filter((round) => round.raw > 0).map((round) => round[id] / round.raw);
    results[id] = {
      rounds: own.length,
      value: summary(own.map((round) => round[id])),
      ...(ratios.length > 0 && { ratio: summary(ratios) }),
    };
  }
  return results;
}

/** Who has the least, the raw channel aside; `ahead`: how many times less than ours, if it is not ours. */
export function fastest(results) {
  const [id] = Object.keys(results)
    .filter((id) => id !== 'raw')
    .sort((a, b) => results[a].value.median - results[b].value.median);
  const ahead = id !== 'parley' && results.parley ? results.parley.value.median / results[id].value.median : undefined;
  return { id, ahead };
}
