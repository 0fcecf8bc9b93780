// Deep equality, written apart from the library's own: a fault in one is not hidden by the other.

const bytesOf = (value) =>
  value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);

const lists = (a, b, seen) => a.length === b.length && a.every((item, i) => same(item, b[i], seen));

/** Whether two values are what structured clone would call the same, kind, order and sharing included. */
export function same(a, b, seen = new Map()) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  // A cycle is the same if it closes at the same place.
  if (seen.has(a)) return seen.get(a) === b;
  seen.set(a, b);
  const tag = Object.prototype.toString.call(a);
  if (tag !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp) return String(a) === String(b);
  if (a instanceof Error) return a.name === b.name && a.message === b.message;
  if (a instanceof Map) return lists([...a].flat(), [...b].flat(), seen);
  if (a instanceof Set) return lists([...a], [...b], seen);
  if (a instanceof ArrayBuffer || ArrayBuffer.isView(a)) return lists([...bytesOf(a)], [...bytesOf(b)], seen);
  if (Array.isArray(a) && a.length !== b.length) return false;
  const keys = Object.keys(a);
  return lists(keys.sort(), Object.keys(b).sort(), seen) && keys.every((key) => same(a[key], b[key], seen));
}

/** A value as a failed assertion prints it. */
export function show(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Map) return `Map ${show([...value])}`;
  if (value instanceof Set) return `Set ${show([...value])}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
