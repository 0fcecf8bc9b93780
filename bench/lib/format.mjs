// Numbers as people read them.

/** Three digits that count. */
export function digits(value) {
  if (value >= 100) return Math.round(value).toString();
  return value.toPrecision(value >= 10 ? 3 : 2);
}

export const times = (ratio) => `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(2)}`;

/** `1.91 (1.88 to 1.97)`: the median, and between which values half of the rounds lie. */
export const spread = ({ median, low, high }) => `${times(median)} (${times(low)} to ${times(high)})`;

/** Who is faster than we are, and how much; or that nobody is. */
export function verdict(row, nameOf) {
  const { id, ahead } = row.fastest;
  // Nearer than one in twenty is no difference that a machine can tell.
  if (ahead === undefined || ahead < 1.05) return ahead === undefined ? 'parley-sync' : `parley-sync and ${nameOf(id)}`;
  return `${nameOf(id)}, by ${ahead.toFixed(1)} times`;
}
