// Maps and Sets under 'merge': merged entry by entry, whatever their keys are as long as they are primitives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestNetwork, SyncedState } from '../../pkg/index.js';
import { FakeStorage, installStorage, open as openStored } from './persist.lib.mjs';

const open = (initial, options, count = 2) => {
  const network = createTestNetwork();
  const states = Array.from(
    { length: count },
    () => new SyncedState(network.createParley(), structuredClone(initial), { conflict: 'merge', ...options }),
  );
  return { network, states };
};

/** An update of the Map or Set under `key` by what changes a copy of it. */
const edit =
  (change, key = 'm') =>
  (state) => {
    const Kind = state[key].constructor;
    const next = new Kind(state[key]);
    change(next);
    return { [key]: next };
  };

const agree = (states, key = 'm') => {
  const shown = states.map((state) => state.getState());
  for (const one of shown) {
    assert.deepEqual(one, shown[0]);
    if (key) assert.deepEqual([...one[key]], [...shown[0][key]], 'in the same order');
  }
  return states[0].get(key);
};

test('two windows add an entry each, one edits, one deletes: nothing is lost', async () => {
  const { network, states } = open({ m: new Map([['a', 1], ['b', { x: 1 }], ['c', 3]]) }, {}, 3); // prettier-ignore
  await network.settle();
  states[0].setState(edit((m) => m.set('first', 'here')));
  states[1].setState(edit((m) => m.set('second', 'there')));
  states[0].setState(edit((m) => m.set('b', { ...m.get('b'), y: 2 })));
  states[1].setState(edit((m) => m.set('b', { x: 5 })));
  states[2].setState(edit((m) => m.delete('a')));
  await network.settle();
  const merged = agree(states);
  assert.ok(merged instanceof Map);
  assert.deepEqual([...merged.keys()].slice(0, 2), ['b', 'c']);
  assert.deepEqual(new Map(merged), new Map([['b', { x: 5, y: 2 }], ['c', 3], ['first', 'here'], ['second', 'there']])); // prettier-ignore
});

test('two windows begin the Map or Set at once, with none before or an empty one', async () => {
  for (const initial of [{}, { m: new Map() }, { m: null }]) {
    const { network, states } = open(initial);
    await network.settle();
    states[0].setState({ m: new Map([['a', 1]]) });
    states[1].setState({ m: new Map([['b', 2]]) });
    await network.settle();
    assert.deepEqual(new Map(agree(states)), new Map([['a', 1], ['b', 2]])); // prettier-ignore
  }
  const { network, states } = open({ m: new Set() });
  await network.settle();
  states[0].setState({ m: new Set(['a']) });
  states[1].setState({ m: new Set(['b']) });
  await network.settle();
  assert.deepEqual(new Set(agree(states)), new Set(['a', 'b']));
});

test('deleting an entry wins over an edit of it, and what comes again begins anew', async () => {
  const { network, states } = open({ m: new Map([['a', { old: 1 }], ['b', {}]]) }); // prettier-ignore
  await network.settle();
  states[0].setState(edit((m) => m.delete('a')));
  states[1].setState(edit((m) => m.set('a', { old: 1, title: 'late' })));
  await network.settle();
  assert.deepEqual([...agree(states).keys()], ['b']);
  await states[1].setState(edit((m) => m.set('a', { again: 1 })));
  await network.settle();
  assert.deepEqual(agree(states).get('a'), { again: 1 });
});

const KEYS = [
  1,
  '1',
  0,
  NaN,
  Infinity,
  true,
  'true',
  null,
  'null',
  undefined,
  'undefined',
  1n,
  0n,
  -5n,
  2n ** 70n,
  '',
  '/#~',
  '\0',
];

test('keys of every primitive kind, kept apart', async () => {
  const { network, states } = open({ m: new Map(), s: new Set() });
  await network.settle();
  for (const [at, key] of KEYS.entries()) {
    const state = states[at % 2];
    state.setState(edit((m) => m.set(key, at)));
    state.setState(edit((s) => s.add(key), 's'));
  }
  states[0].setState(edit((m) => m.set(-0, KEYS.indexOf(0))));
  await network.settle();
  const map = agree(states);
  assert.equal(map.size, KEYS.length);
  for (const [at, key] of KEYS.entries()) assert.equal(map.get(key), at, String(key));
  const set = agree(states, 's');
  assert.deepEqual(new Set(set), new Set(KEYS));
  const order = [...states[1].get('m').keys()];
  await states[1].setState(edit((m) => m.delete(undefined)));
  await states[0].setState(edit((s) => s.delete(1n), 's'));
  await network.settle();
  assert.deepEqual([...agree(states).keys()], order.filter((key) => key !== undefined)); // prettier-ignore
  assert.ok(!agree(states, 's').has(1n));
});

test('members of a Set are added and taken away by themselves', async () => {
  const { network, states } = open({ m: new Set(['a', 'b']) });
  await network.settle();
  states[0].setState(edit((s) => s.add('c')));
  states[0].setState(edit((s) => s.delete('a')));
  states[1].setState(edit((s) => s.add('d')));
  states[1].setState(edit((s) => s.add('c')));
  await network.settle();
  const merged = agree(states);
  assert.ok(merged instanceof Set);
  assert.deepEqual([...merged].sort(), ['b', 'c', 'd']);
});

test('Maps in records, records in Maps, Sets in Maps', async () => {
  const initial = {
    items: [{ id: 1, votes: new Map([['ada', 1]]), seen: new Set(['ada']) }],
    m: new Map([['team', new Map([['list', [{ id: 'x' }]], ['tags', new Set(['t'])]])]]), // prettier-ignore
  };
  const { network, states } = open(initial);
  await network.settle();
  const vote = (name) => (state) => {
    const [one] = state.items;
    return { items: [{ ...one, votes: new Map(one.votes).set(name, 1), seen: new Set(one.seen).add(name) }] };
  };
  const inTeam = (change) => edit((m) => m.set('team', change(new Map(m.get('team')))));
  states[0].setState(vote('bob'));
  states[1].setState(vote('cem'));
  states[0].setState(inTeam((team) => team.set('list', [...team.get('list'), { id: 'y' }])));
  states[1].setState(inTeam((team) => team.set('list', [{ id: 'x', done: true }])));
  states[0].setState(inTeam((team) => team.set('tags', new Set([...team.get('tags'), 'u']))));
  states[1].setState(inTeam((team) => team.set('tags', new Set([...team.get('tags'), 'v']))));
  await network.settle();
  const team = agree(states).get('team');
  assert.deepEqual(team.get('list'), [{ id: 'x', done: true }, { id: 'y' }]);
  assert.deepEqual([...team.get('tags')].sort(), ['t', 'u', 'v']);
  const [one] = states[1].get('items');
  assert.deepEqual([...one.votes.keys()].sort(), ['ada', 'bob', 'cem']);
  assert.deepEqual([...one.seen].sort(), ['ada', 'bob', 'cem']);
});

test('numbers in a Map add up', async () => {
  const { network, states } = open({ m: new Map([['n', 1]]) });
  await network.settle();
  states[0].setState(edit((m) => m.set('n', 3)));
  states[1].setState(edit((m) => m.set('n', 6)));
  await network.settle();
  assert.deepEqual(new Map(agree(states)), new Map([['n', 8]]));
});

test('by objects, or with undefined values, it is one value: the later write wins', async () => {
  const key = { id: 1 };
  for (const [mine, theirs] of [
    [new Map([[key, 1]]), new Map([[key, 2]])],
    [new Set([key]), new Set(['x', key])],
    [new Map([['a', undefined]]), new Map([['b', undefined]])], // prettier-ignore
  ]) {
    const { network, states } = open({ m: 1 });
    await network.settle();
    states[0].setState({ m: mine });
    states[1].setState({ m: theirs });
    await network.settle();
    const shown = [...agree(states)];
    assert.ok([mine, theirs].some((one) => JSON.stringify([...one]) === JSON.stringify(shown)));
  }
});

test('another kind in its place: the later write wins, without what belonged to the Map', async () => {
  const { network, states } = open({ m: new Map([['a', 1]]) });
  await network.settle();
  states[0].setState(edit((m) => m.set('b', 2)));
  // Later than the other's, also within one millisecond.
  for (let n = 0; n < 20; n++) states[1].setState({ n });
  states[1].setState({ m: { a: 1 } });
  await network.settle();
  agree(states, null);
  assert.deepEqual(states[1].get('m'), { a: 1 });
  await states[0].setState({ m: new Map([['c', 1]]) });
  await network.settle();
  assert.deepEqual([...agree(states)], [['c', 1]]);
});

test('undo takes back one window’s entries and leaves the others', async () => {
  const { network, states } = open({ m: new Map([['a', { n: 1 }], ['b', {}]]) }); // prettier-ignore
  await network.settle();
  await states[0].setState({ m: new Map([['a', { n: 1, title: 'mine' }], ['c', {}]]) }); // prettier-ignore
  await network.settle();
  await states[1].setState(edit((m) => m.set('a', { ...m.get('a'), done: true }).set('d', {})));
  await network.settle();
  assert.ok(states[0].undo());
  await network.settle();
  assert.deepEqual(new Map(agree(states)), new Map([['a', { n: 1, done: true }], ['b', {}], ['d', {}]])); // prettier-ignore
  assert.ok(states[0].redo());
  await network.settle();
  assert.deepEqual([...agree(states).keys()].sort(), ['a', 'c', 'd']);
});

test('validate and rollback: a refused entry goes, the others stay', async () => {
  const validate = ({ m }) => (m instanceof Map ? !m.has('bad') : false);
  const network = createTestNetwork();
  const make = (options) =>
    new SyncedState(network.createParley(), { m: new Map([['a', 1]]) }, { conflict: 'merge', ...options });
  const states = [make({ validate }), make()];
  await network.settle();
  states[0].setState(edit((m) => m.set('good', 1)));
  states[1].setState(edit((m) => m.set('bad', 1)));
  await network.settle();
  assert.deepEqual([...agree(states).keys()].sort(), ['a', 'good']);
});

test('transactions write entries, or none', async () => {
  const { network, states } = open({ m: new Map([['a', 1]]), n: 0 });
  await network.settle();
  await states[0].transaction(() => {
    states[0].setState(edit((m) => m.set('b', 2)));
    states[0].setState({ n: 1 });
  });
  await assert.rejects(
    states[0].transaction(() => {
      states[0].setState(edit((m) => m.set('never', 2)));
      throw new Error('no');
    }),
  );
  states[1].setState(edit((m) => m.set('c', 3)));
  await network.settle();
  assert.deepEqual([...agree(states).keys()].sort(), ['a', 'b', 'c']);
});

test('stored and read again', async () => {
  installStorage(new FakeStorage());
  const initial = { m: new Map(), s: new Set() };
  const first = openStored({ persist: 'k', initial, conflict: 'merge' });
  await first.state.setState({ m: new Map(KEYS.map((key, at) => [key, { at }])), s: new Set(KEYS) });
  first.parley.destroy();
  const network = createTestNetwork();
  const [here, there] = [
    openStored({ persist: 'k', initial, conflict: 'merge', network }),
    openStored({ initial, conflict: 'merge', network }),
  ];
  const states = [here.state, there.state];
  assert.deepEqual(new Map(here.state.get('m')), new Map(KEYS.map((key, at) => [key, { at }])));
  await network.settle();
  agree(states);
  assert.deepEqual([...agree(states, 's')], KEYS);
  states[0].setState(edit((m) => m.set('here', 1)));
  states[1].setState(edit((m) => m.set('there', 1)));
  await network.settle();
  assert.equal(agree(states).size, KEYS.length + 2);
  assert.deepEqual([...here.errors, ...there.errors], []);
  for (const one of [here, there]) one.parley.destroy();
});

test('what is handed out is read-only; its copies are not', async () => {
  const { network, states } = open({ m: new Map([['a', { n: 1 }]]), s: new Set([1]) });
  await network.settle();
  await states[0].setState(edit((m) => m.set('b', { n: 2 })));
  await network.settle();
  for (const state of states) {
    const { m, s } = state.getState();
    assert.throws(() => m.set('x', 1), { name: 'TypeError', message: /setState/ });
    assert.throws(() => m.delete('a'), TypeError);
    assert.throws(() => m.clear(), TypeError);
    assert.throws(() => s.add(2), TypeError);
    assert.throws(() => {
      m.get('a').n = 5;
    }, TypeError);
    assert.equal(structuredClone(m).set('x', 1).size, 3);
    assert.equal(new Map(m).set('x', 1).size, 3);
    assert.deepEqual(Object.keys(m), []);
  }
});

test('what did not change stays the very same object, in a Map of 1,000, here and there', async () => {
  const cards = Array.from({ length: 1000 }, (_, id) => [
    id,
    { title: `${id}`, tags: new Set(['a']), in: { deep: id } },
  ]);
  const { network, states } = open({ m: new Map(cards) });
  await network.settle();
  const before = states.map((state) => state.get('m'));
  await states[0].setState(edit((m) => m.set(7, { ...m.get(7), title: 'new' })));
  await network.settle();
  for (const [at, state] of states.entries()) {
    const now = state.get('m');
    const changed = [...now.keys()].filter((key) => now.get(key) !== before[at].get(key));
    assert.deepEqual(changed, [7]);
    assert.equal(now.get(7).in, before[at].get(7).in);
    assert.equal(now.get(7).tags, before[at].get(7).tags);
  }
  agree(states);
});
