// What is stored of a state: one line for each register, so that whatever damaged or cut off the text, the other lines can
// still be read. Plain data stands there as JSON; what JSON would change or refuse, as bytes.
import { fromBase64, fromBytes, toBase64, toBytes } from './bytes.js';
import { isPlain } from './kinds.js';

const MARK = 'parley-sync';
const FORMAT = 1;
const [NOTHING, OURS, FOREIGN, CORRUPT, UNKNOWN] = [0, 1, 2, 3, 4];
const HALF_SURROGATE = /\p{Surrogate}/u;

const isJson = (value, seen) => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  // Met twice, it is shared or goes in a circle, which JSON cannot say.
  if (typeof value !== 'object' || seen.has(value)) return false;
  seen.add(value);
  const keys = Object.keys(value);
  if (Array.isArray(value)) {
    return keys.length === value.length && keys.every((key, i) => key === String(i) && isJson(value[i], seen));
  }
  return isPlain(value) && keys.every((key) => isJson(value[key], seen));
};

/** The value's form, and what form that is if it is not the value itself. */
const formOf = (value, structured) => {
  if (value === undefined) return [null, 'deleted'];
  if (structured) return [value];
  let plain = false;
  try {
    plain = isJson(value, new Set());
  } catch {
    // Too deep to walk.
  }
  return plain ? [value] : [toBase64(toBytes(value)), 'bytes'];
};

/**
 * `[what to store, the key of a value that has no form to be stored in]` for `[key, time, actor, value, cleared, ...]`;
 * undefined if there is nothing to store. Stores that know structured clone are given an object, all others text.
 * `since` says when the storage was begun; `empty` that it holds no values because none are left.
 */
export function packRecords(version, since, empty, records, structured) {
  const [lines, refused] = [[], []];
  for (let i = 0; i < records.length; i += 5) {
    const [key, time, actor, value, cleared] = records.slice(i, i + 5);
    try {
      const record = [key, time, actor, ...formOf(value, structured)];
      if (cleared) record[5] = 'cleared';
      lines.push(structured ? record : JSON.stringify(record));
    } catch {
      refused.push(key);
    }
  }
  if (lines.length === 0) return [undefined, refused[0]];
  const head = { [MARK]: FORMAT, version, since, ...(empty && { empty }) };
  if (structured) return [{ ...head, records: lines }, refused[0]];
  return [`${JSON.stringify(head).slice(0, -1)},"records":[\n${lines.join(',\n')}\n]}`, refused[0]];
}

const read = (record, out) => {
  if (!Array.isArray(record) || typeof record[0] !== 'string' || HALF_SURROGATE.test(record[0])) return false;
  const [key, time, actor, stored, form, cleared] = record;
  const deleted = form === 'deleted';
  let value = stored;
  if (form === 'bytes') {
    try {
      value = fromBytes(fromBase64(stored));
    } catch {
      value = undefined;
    }
  }
  if (!deleted && value === undefined) return false;
  const number = (given) => (typeof given === 'number' ? given : NaN);
  out.push(key, number(time), number(actor), deleted ? undefined : value, cleared === 'cleared');
  return true;
};

/** The list that every reading begins with; the records follow. */
const headOf = (kind, data = {}) => {
  const number = (given) => (typeof given === 'number' && given >= 0 ? given : undefined);
  return [kind, number(data.version) ?? 0, number(data.since), data.empty === true];
};

/** What can still be read of a text that is not JSON any more. */
const salvage = (text) => {
  const [head, ...lines] = text.split('\n');
  let out = headOf(CORRUPT);
  try {
    const data = JSON.parse(`${head}]}`);
    if (data[MARK] !== FORMAT) return out;
    out = headOf(CORRUPT, data);
  } catch {
    return out;
  }
  for (const one of lines) {
    try {
      read(JSON.parse(one.replace(/,\s*$/, '')), out);
    } catch {
      // The line that is damaged, or the end.
    }
  }
  return out;
};

const foreign = (data) => {
  const out = headOf(FOREIGN);
  for (const key of Object.keys(data)) {
    if (data[key] !== undefined && !HALF_SURROGATE.test(key)) out.push(key, 0, 1, data[key], false);
  }
  return out;
};

const unpack = (raw) => {
  if (raw === undefined || raw === null) return headOf(NOTHING);
  let data;
  try {
    data = typeof raw === 'string' ? JSON.parse(raw) : structuredClone(raw);
  } catch {
    return typeof raw === 'string' ? salvage(raw) : headOf(CORRUPT);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return headOf(CORRUPT);
  if (!Object.hasOwn(data, MARK)) return foreign(data);
  if (data[MARK] > FORMAT) return headOf(UNKNOWN);
  if (data[MARK] !== FORMAT || !Array.isArray(data.records)) return headOf(CORRUPT);
  const out = headOf(OURS, data);
  // By what is in the list: one of thousands of millions of holes is not walked through.
  const records = Object.values(data.records);
  if (records.length !== data.records.length) out[0] = CORRUPT;
  for (const record of records) if (!read(record, out)) out[0] = CORRUPT;
  return out;
};

/** `[kind, version, since, empty, key, time, actor, value, cleared, ...]` of whatever was stored; never throws. */
export function unpackRecords(raw) {
  try {
    return unpack(raw);
  } catch {
    return headOf(CORRUPT);
  }
}
