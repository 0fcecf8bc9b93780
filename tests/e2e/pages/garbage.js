// What a hostile page sends: nothing in particular, and what looks almost right.

const oddities = () => [
  null,
  undefined,
  true,
  0,
  -0,
  1,
  -1,
  NaN,
  Infinity,
  2 ** 53 + 1,
  2 ** 31,
  -(2 ** 63),
  10n ** 30n,
  '',
  'x',
  '\ud800',
  '0',
  '__proto__',
  'constructor',
  'x'.repeat(70_000),
  [],
  [[]],
  [null],
  [1, 2, 3, 4, 5, 6, 7, 8, 9],
  Array(1000),
  {},
  { length: -1 },
  { length: 2 ** 32 },
  { then: 1 },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  new Date(NaN),
  new Map([[{}, {}]]),
  new Set([NaN]),
  new Uint8Array(3),
  new ArrayBuffer(0),
  new Error('e'),
  /x/g,
];

/** Some cloneable value that nobody asked for. */
export function garbage(below, depth = 0) {
  const pool = oddities();
  const pick = below(pool.length + 3);
  if (pick < pool.length || depth > 2) return pool[pick % pool.length];
  if (pick % 2) return Array.from({ length: below(6) }, () => garbage(below, depth + 1));
  const keys = [
    'type',
    'v',
    'id',
    'from',
    'to',
    'key',
    'payload',
    'updates',
    'clock',
    '0',
    '1',
    'parley',
    'parley-sync',
  ];
  return Object.fromEntries(
    Array.from({ length: below(6) }, () => [keys[below(keys.length)], garbage(below, depth + 1)]),
  );
}

/** A frame that was genuine, with one thing in it exchanged, dropped, doubled or added. */
export function mutated(frame, below) {
  const copy = structuredClone(frame);
  const places = [];
  collect(copy, places);
  if (places.length === 0) return garbage(below);
  const [holder, key] = places[below(places.length)];
  const how = below(5);
  if (how === 0) delete holder[key];
  else if (how === 1 && Array.isArray(holder)) holder.splice(Number(key), 0, holder[key]);
  else if (how === 2 && Array.isArray(holder)) holder.length = Number(key);
  else if (how === 3 && typeof holder[key] === 'number')
    holder[key] = [NaN, -1, 2 ** 53 + 1, Infinity, holder[key] + 1, 0.5, Date.now() + 1e12][below(7)];
  else holder[key] = garbage(below);
  return copy;
}

function collect(value, places, depth = 0) {
  if (value === null || typeof value !== 'object' || depth > 6 || ArrayBuffer.isView(value)) return;
  for (const key of Object.keys(value)) {
    places.push([value, key]);
    collect(value[key], places, depth + 1);
  }
}
