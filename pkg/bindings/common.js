// What the bindings share: values that keep their identity until they change.

const SYSTEM_EVENTS_OF_PEERS = [
  'system:connected',
  'system:reconnected',
  'system:suspended',
  'system:disconnected',
  'system:connection_state_changed',
];

/** A source with one cached value for each object: `{ subscribe(object, changed), get(object) }`. */
const cached = (read, subscribe, equal) => {
  const last = new WeakMap();
  return {
    subscribe,
    get(object) {
      const next = read(object);
      const before = last.get(object);
      if (before !== undefined && equal(before, next)) return before;
      last.set(object, next);
      return next;
    },
  };
};

const samePeers = (a, b) =>
  a.length === b.length &&
  a.every((peer, i) => ['id', 'kind', 'origin', 'state'].every((field) => peer[field] === b[i][field]));

/** The peers of a Parley: the same list until a peer comes, goes or changes its state. */
export const peers = cached(
  (parley) => Object.freeze([...parley.peers]),
  (parley, changed) => {
    const offs = SYSTEM_EVENTS_OF_PEERS.map((event) => parley.onSystem(event, () => changed()));
    return () => offs.forEach((off) => off());
  },
  samePeers,
);

/** What a list of nobody, a map of nobody are on a server. */
export const NO_PEERS = Object.freeze([]);
export const NOBODY = Object.freeze(new Map());

/** `updates` of one key; a function gets what the key holds. */
export const write = (state, key, next) =>
  state.setState(typeof next === 'function' ? (now) => ({ [key]: next(now[key]) }) : { [key]: next });

/** The entries that can be shared: all but functions. */
export const dataOf = (object, keys) => {
  const data = {};
  for (const key of keys ?? Object.keys(object)) {
    if (Object.hasOwn(object, key) && typeof object[key] !== 'function') data[key] = object[key];
  }
  return data;
};

/** What leads from one object of data to the next: changed keys, and undefined for those that are gone. */
export const difference = (before, next) => {
  const updates = {};
  for (const key of Object.keys(next)) if (!Object.is(before[key], next[key])) updates[key] = next[key];
  for (const key of Object.keys(before)) if (!Object.hasOwn(next, key)) updates[key] = undefined;
  return updates;
};
