/**
 * A text that is equal for deep-equal values and for no others: types, key sets, cycles and -0 included,
 * the order of an object's keys left out.
 */
export function canon(value, seen = new Map()) {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (seen.has(value)) return `#${seen.get(value)}`;
  seen.set(value, seen.size);
  const inner = (one) => canon(one, seen);
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof RegExp) return `RegExp(${value})`;
  if (value instanceof Error) return `${value.name}(${value.message})`;
  if (value instanceof Map) return `Map(${[...value].map(([key, one]) => `${inner(key)}=>${inner(one)}`).join(',')})`;
  if (value instanceof Set) return `Set(${[...value].map(inner).join(',')})`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${[...new Uint8Array(value)]})`;
  if (value instanceof DataView)
    return `DataView(${[...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]})`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${[...value].map(inner).join(',')})`;
  if (Array.isArray(value))
    return `[${Array.from(value, (one, index) => (index in value ? inner(one) : 'hole')).join(',')}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${inner(value[key])}`).join(',')}}`;
}
