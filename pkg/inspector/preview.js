// Values as short text. The inspector hands on text only: what it shows can be sent anywhere, and is never handed out alive.

const MAX_LENGTH = 200;

const short = (text) => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text);

function shown(value, depth) {
  if (typeof value === 'string') return JSON.stringify(short(value));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'function';
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  if (depth === 0) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) return list(value, value.length, (one) => shown(one, depth - 1), '[', ']');
  if (value instanceof Map)
    return `Map ${list(value, value.size, ([key, one]) => `${shown(key, depth - 1)} → ${shown(one, depth - 1)}`, '{', '}')}`;
  if (value instanceof Set) return `Set ${list(value, value.size, (one) => shown(one, depth - 1), '{', '}')}`;
  const prototype = Object.getPrototypeOf(value);
  const name = prototype === null || prototype.constructor === Object ? '' : `${prototype.constructor?.name} `;
  const keys = Object.keys(value);
  return `${name}${list(keys, keys.length, (key) => `${key}: ${shown(value[key], depth - 1)}`, '{ ', ' }')}`;
}

function list(items, count, show, begin, end) {
  const parts = [];
  let length = 0;
  for (const item of items) {
    if (length > MAX_LENGTH) {
      parts.push(`… ${count - parts.length} more`);
      break;
    }
    const part = show(item);
    parts.push(part);
    length += part.length;
  }
  return parts.length === 0 ? begin.trim() + end.trim() : `${begin}${parts.join(', ')}${end}`;
}

/** About what a value is, in one line. Never throws. */
export function preview(value) {
  try {
    return short(shown(value, 3));
  } catch {
    return '(cannot be shown)';
  }
}
