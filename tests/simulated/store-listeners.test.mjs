// What the listeners of a store are told: each action once, with the state it led to, in the order of the log.
import assert from 'node:assert/strict';
import { add, inNetwork, items } from './stores.mjs';

const counts = ({ seen }) => seen.map((state) => state.items.length);
const values = ({ heard }) => heard.map(({ value }) => value);

inNetwork('each action comes with the state it led to, also when many arrive as one message', async (network, open) => {
  const [a, b] = [open(), open()];
  await network.settle();
  const asked = [];
  b.store.subscribe((state) => asked.push(state === b.store.getState()));
  for (const value of ['x', 'y', 'z']) a.store.dispatch(add(value));
  await network.settle();
  for (const view of [a, b]) {
    assert.deepEqual(values(view), ['x', 'y', 'z']);
    assert.deepEqual(counts(view), [1, 2, 3]);
    assert.equal(view.seen.at(-1), view.store.getState());
  }
  assert.deepEqual(asked, [true, true, true], 'and it is the one that getState() gives');
});

inNetwork('a late action is told of with what came after it', async (network, open) => {
  const [a, b] = [open(), open()];
  await network.settle();
  network.partition([a.parley], [b.parley]);
  b.store.dispatch(add('early'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (const value of ['x', 'y']) a.store.dispatch(add(value));
  network.heal();
  await network.settle();
  assert.deepEqual(
    [items(a), items(b)],
    [
      ['early', 'x', 'y'],
      ['early', 'x', 'y'],
    ],
  );
  assert.deepEqual(counts(a), [1, 2, 3], 'never a state that lacks what was shown already');
  assert.deepEqual(values(a), ['x', 'y', 'early']);
});

inNetwork('what a listener dispatches is applied at once, and told after what woke it', async (network, open) => {
  const [a, b] = [open(), open()];
  await network.settle();
  const states = [];
  a.store.subscribe((state, { value }) => {
    if (value !== 'cause') return;
    a.store.dispatch(add('effect'));
    states.push([...items(a)]);
  });
  const order = [];
  a.store.subscribe((state, { value }) => order.push(value));
  for (const value of ['before', 'cause', 'after']) b.store.dispatch(add(value));
  await network.settle();
  assert.deepEqual(states, [['before', 'cause', 'after', 'effect']], 'on top of all that has arrived');
  assert.deepEqual(order, ['before', 'cause', 'after', 'effect']);
  assert.deepEqual(values(b), ['before', 'cause', 'after', 'effect'], 'no window hears of an effect before its cause');
  assert.deepEqual(items(b), items(a));
});

inNetwork('who comes late is told of the state, not of its history', async (network, open) => {
  const a = open();
  for (let i = 0; i < 100; i++) a.store.dispatch(add(i));
  await network.settle();
  const late = open();
  late.store.subscribe((state, { value }) => value === 99 && assert.fail('it is no news'));
  await network.settle();
  assert.equal(items(late).length, 100);
  assert.deepEqual(
    late.heard.map(({ type }) => type),
    ['@@parley-sync/REPLACED'],
  );
  assert.equal(late.seen[0], late.store.getState());
  a.store.dispatch(add('next'));
  await network.settle();
  assert.deepEqual(values(late).slice(1), ['next'], 'from then on of each action');
});

inNetwork('what a reducer is given cannot be changed in place', async (network, open) => {
  const reduce = (state, action) => {
    if (action.type === 'push') state.items.push(action.value);
    if (action.type === 'write') action.value.written = true;
    return action.type === 'add' ? { items: [...state.items, action.value] } : state;
  };
  const [a, b] = [open({ reduce }), open({ reduce })];
  await network.settle();
  a.store.dispatch(add({ n: 1 }));
  a.store.dispatch({ type: 'push', value: 2 });
  a.store.dispatch({ type: 'write', value: {} });
  await network.settle();
  for (const view of [a, b]) {
    assert.deepEqual(items(view), [{ n: 1 }]);
    assert.deepEqual(
      view.errors.map((error) => error.name),
      ['TypeError', 'TypeError'],
      'it is told instead of parting the windows',
    );
    assert.throws(() => items(view)[0].n++, TypeError);
  }
});

inNetwork('three windows of one parent: one of them dispatches once', async (network, open) => {
  const [parent, ...children] = [open(), open(), open(), open()];
  await network.settle();
  children[1].store.dispatch(add('once'));
  await network.settle();
  for (const view of [parent, ...children]) {
    assert.deepEqual(items(view), ['once']);
    assert.deepEqual(values(view), ['once']);
  }
});
