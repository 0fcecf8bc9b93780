// Lists of records under 'merge': told apart by identity, merged by path; what did not change stays the very same object.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestNetwork, SyncedState } from '../../pkg/index.js';

const open = (initial, options, count = 2) => {
  const network = createTestNetwork();
  const states = Array.from(
    { length: count },
    () => new SyncedState(network.createParley(), structuredClone(initial), { conflict: 'merge', ...options }),
  );
  return { network, states };
};

const add = (record) => (state) => ({ items: [...state.items, record] });
const edit =
  (id, fields, by = 'id') =>
  (state) => ({
    items: state.items.map((one) => (one[by] === id ? { ...one, ...fields } : one)),
  });
const remove = (id) => (state) => ({ items: state.items.filter((one) => one.id !== id) });
const agree = (states) => {
  for (const state of states) assert.deepEqual(state.getState(), states[0].getState());
  return states[0].get('items');
};

test('one window adds, another edits, a third moves: nothing is lost', async () => {
  const items = [
    { id: 1, title: 'one', done: false },
    { id: 2, title: 'two', done: false },
    { id: 'three', title: 'three', done: false },
  ];
  const { network, states } = open({ items }, {}, 3);
  await network.settle();
  const [a, b, c] = states;
  a.setState(add({ id: 4, title: 'four', done: false }));
  b.setState(edit(1, { done: true }));
  b.setState(edit(2, { title: 'zwei' }));
  c.setState(edit(1, { title: 'eins' }));
  c.setState(({ items }) => ({ items: [items[2], items[0], items[1]] }));
  await network.settle();
  assert.deepEqual(agree(states), [
    { id: 'three', title: 'three', done: false },
    { id: 1, title: 'eins', done: true },
    { id: 2, title: 'zwei', done: false },
    { id: 4, title: 'four', done: false },
  ]);
});

test('two windows begin the list at once', async () => {
  const { network, states } = open({ items: [] });
  await network.settle();
  states[0].setState(add({ id: 'a' }));
  states[1].setState(add({ id: 'b' }));
  await network.settle();
  assert.deepEqual(
    agree(states)
      .map(({ id }) => id)
      .sort(),
    ['a', 'b'],
  );
});

test('taking away wins over an edit, and what comes again begins anew', async () => {
  const { network, states } = open({ items: [{ id: 'a', old: 1 }, { id: 'b' }] });
  await network.settle();
  states[0].setState(remove('a'));
  states[1].setState(edit('a', { title: 'late' }));
  await network.settle();
  assert.deepEqual(agree(states), [{ id: 'b' }]);
  await states[1].setState(add({ id: 'a', again: 1 }));
  await network.settle();
  assert.deepEqual(agree(states)[1].old, undefined);
  states[0].setState(remove('a'));
  states[0].setState(remove('b'));
  await network.settle();
  assert.deepEqual(agree(states), []);
});

test('an object in the place of a list does not show what was added to the list at once', async () => {
  const { network, states } = open({ items: [{ id: 'a' }] });
  await network.settle();
  states[0].setState(add({ id: 'b' }));
  // Later than the other's, also within one millisecond.
  for (let n = 0; n < 20; n++) states[1].setState({ n });
  states[1].setState({ items: { x: 1 } });
  await network.settle();
  assert.deepEqual(agree(states), { x: 1 });
});

test('a property that the user names, for one key and for all', async () => {
  for (const conflict of [{ items: { merge: { by: 'uuid' } } }, { merge: { by: 'uuid' } }]) {
    const { network, states } = open({ items: [{ uuid: 'x', id: 1, n: 0 }] }, { conflict });
    await network.settle();
    states[0].setState(edit('x', { id: 2 }, 'uuid'));
    states[1].setState(edit('x', { title: 't' }, 'uuid'));
    states[1].setState(add({ uuid: 'y', id: 1 }));
    await network.settle();
    const [x, y] = agree(states);
    assert.deepEqual(
      [{ ...x }, { ...y }],
      [
        { uuid: 'x', id: 3, n: 0, title: 't', ...{ id: 2 } },
        { uuid: 'y', id: 1 },
      ],
    );
  }
  const { states } = open({}, { conflict: { merge: { merge: { by: 'uuid' } } } });
  assert.ok(states[0], 'a key may be called merge');
  for (const merge of [{ by: 1 }, { by: '' }, { by: 'id', more: 1 }, { bi: 'id' }]) {
    assert.throws(() => open({}, { conflict: { items: { merge } } }), { code: 'ERR_CONFIG' });
  }
});

test('undo takes back one window’s change of a record and leaves the others', async () => {
  const { network, states } = open({ items: [{ id: 'a', n: 1 }, { id: 'b' }] });
  await network.settle();
  await states[0].setState(({ items }) => ({ items: [{ ...items[0], title: 'mine' }, { id: 'c' }] }));
  await network.settle();
  await states[1].setState(edit('a', { done: true }));
  await network.settle();
  assert.ok(states[0].undo());
  await network.settle();
  assert.deepEqual(agree(states), [{ id: 'a', n: 1, done: true }, { id: 'b' }]);
});

test('records deep inside, and lists of records in records', async () => {
  const { network, states } = open({
    items: [
      {
        id: 'board',
        columns: [
          { id: 'todo', cards: [{ id: 1, text: 'x' }] },
          { id: 'done', cards: [] },
        ],
      },
    ],
  });
  await network.settle();
  const columns = (change) => (state) => ({
    items: [{ ...state.items[0], columns: state.items[0].columns.map(change) }],
  });
  states[0].setState(columns((one) => (one.id === 'done' ? { ...one, cards: [{ id: 2 }] } : one)));
  states[1].setState(columns((one) => (one.id === 'todo' ? { ...one, cards: [{ id: 1, text: 'x', at: 5 }] } : one)));
  await network.settle();
  assert.deepEqual(agree(states)[0].columns, [
    { id: 'todo', cards: [{ id: 1, text: 'x', at: 5 }] },
    { id: 'done', cards: [{ id: 2 }] },
  ]);
});

test('arrays in which nothing has an identity are one value, as they were', async () => {
  const { network, states } = open({
    items: [
      [1, 2],
      [3, 4],
    ],
  });
  await network.settle();
  await states[0].setState({
    items: [
      [1, 2],
      [3, 5],
    ],
  });
  await network.settle();
  assert.deepEqual(agree(states), [
    [1, 2],
    [3, 5],
  ]);
});

for (const shape of ['list', 'object']) {
  test(`what did not change stays the very same object, in a ${shape} of 1,000, here and there`, async () => {
    const cards = Array.from({ length: 1000 }, (_, id) => ({
      id: `c${id}`,
      title: `${id}`,
      tags: ['a'],
      in: { deep: id },
    }));
    const items = shape === 'list' ? cards : Object.fromEntries(cards.map((card) => [card.id, card]));
    const { network, states } = open({ items });
    await network.settle();
    const change = (items) => {
      const id = shape === 'list' ? 7 : 'c7';
      const copy = shape === 'list' ? [...items] : { ...items };
      copy[id] = { ...items[id], title: 'new' };
      return copy;
    };
    const before = states.map((state) => state.get('items'));
    await states[0].setState((state) => ({ items: change(state.items) }));
    await network.settle();
    for (const [at, state] of states.entries()) {
      const now = state.get('items');
      const changed = Object.keys(now).filter((key) => now[key] !== before[at][key]);
      assert.deepEqual(
        changed.map((key) => now[key].title),
        ['new'],
      );
      const [one] = changed;
      assert.equal(now[one].in, before[at][one].in, 'nor what is inside of the one that did');
    }
    agree(states);
    if (shape === 'list') {
      const now = states[1].get('items');
      await states[0].setState(add({ id: 'last' }));
      await network.settle();
      assert.deepEqual(
        states[1].get('items').filter((one, at) => one !== now[at]),
        [{ id: 'last' }],
      );
    }
  });
}

test('a value that was handed out is written as it is, and cannot be changed behind the state', async () => {
  const { network, states } = open({ items: [{ id: 1, at: new Date(5) }] });
  await network.settle();
  const [first] = states[0].get('items');
  first.at.setTime(9);
  await states[0].setState(({ items }) => ({ items: [...items, { id: 2 }] }));
  await network.settle();
  assert.equal(states[1].get('items').length, 2);
  assert.throws(() => {
    states[0].get('items')[1].id = 3;
  }, TypeError);
});
