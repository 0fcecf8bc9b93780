// How writes are settled, acknowledged, taken back and made as one, over every wire.
import { equal, ok, refused, state, turn, until } from './harness.js';
import { same } from './same.js';
import { table } from './table.js';

const pair = async ({ a, b }, initial, options = {}, there = {}) => {
  const [left, right] = [state(initial, { on: a, ...options }), state(initial, { on: b, ...options, ...there })];
  await Promise.all([left.ready, right.ready]);
  return { left, right };
};

/** Both write in one turn, so neither knows of the other. */
const crossing = async ({ left, right }, mine, theirs) => {
  const writes = [left.setState(mine), right.setState(theirs)];
  await Promise.all(writes);
  await turn();
};

const agree = ({ left, right }, wanted) =>
  until(() => same([left.getState(), right.getState()], [wanted, wanted]), 'agreement');

export const { run, names } = table({
  async fields_lists_and_numbers_are_merged(wires) {
    const both = await pair(wires, { o: { p: 1, q: 1 }, list: ['x'], n: 1 }, { conflict: 'merge' });
    await crossing(both, { o: { p: 2, q: 1 }, list: ['x', 'y'], n: 3 }, { o: { p: 1, q: 2 }, n: 2 });
    await agree(both, { o: { p: 2, q: 2 }, list: ['x', 'y'], n: 4 });
  },
  async more_writes_beat_a_later_one(wires) {
    const both = await pair(wires, { x: 0 }, { conflict: { x: 'highest-version' } });
    both.left.setState({ x: 'a' });
    await crossing(both, { x: 'aa' }, { x: 'b' });
    await agree(both, { x: 'aa' });
  },
  async a_function_settles(wires) {
    const both = await pair(
      wires,
      { x: 1 },
      { conflict: (mine, theirs, base, key) => [mine, theirs].sort().join(key + base) },
    );
    await crossing(both, { x: 'a' }, { x: 'b' });
    await agree(both, { x: 'ax1b' });
  },
  async candidates_until_somebody_resolves(wires) {
    const both = await pair(wires, { x: 0 }, { conflict: 'manual' });
    const told = [];
    both.right.onConflict((key, list) => told.push([key, list.map(({ value }) => value).sort()]));
    await crossing(both, { x: 'a' }, { x: 'b' });
    for (const one of Object.values(both)) await until(() => one.conflicts.get('x')?.length === 2, 'the candidates');
    equal(told, [['x', ['a', 'b']]]);
    equal(both.left.conflicts, both.right.conflicts);
    await both.left.resolve('x', 'c');
    await agree(both, { x: 'c' });
    await until(() => both.right.conflicts.size === 0, 'peace');
  },
  async acknowledged_when_it_is_there(wires) {
    const { left, right } = await pair(wires, { x: 0 });
    await left.setState({ x: 1 }, { ack: 'all' });
    equal(right.get('x'), 1);
  },
  async refused_and_taken_back(wires) {
    const both = await pair(wires, { x: 0 }, {}, { validate: ({ x }) => x !== 'bad' });
    const told = [];
    both.left.subscribe((now, before, change) => told.push([now.x, before.x, change.origin]));
    await refused(both.left.setState({ x: 'bad' }, { ack: 'all', rollbackOnError: true }), 'ERR_REJECTED');
    await agree(both, { x: 0 });
    ok(
      told.some(([now, before, origin]) => now === 0 && before === 'bad' && origin === 'rollback'),
      'the rollback',
    );
  },
  async a_transaction_is_one_change(wires) {
    const both = await pair(wires, { x: 0, n: 0 });
    let told = 0;
    both.right.subscribe(() => (told += 1));
    await both.left.transaction(() => {
      both.left.setState({ x: 1 });
      both.left.increment('n', 2);
    });
    await agree(both, { x: 1, n: 2 });
    equal(told, 1);
  },
  async increments_add_up_and_are_undone(wires) {
    const both = await pair(wires, { n: 0 });
    await Promise.all([both.left.increment('n', 2), both.right.increment('n', 3)]);
    await agree(both, { n: 5 });
    equal([both.left.undo(), both.left.undo()], [true, false]);
    await agree(both, { n: 3 });
    equal(both.left.redo(), true);
    await agree(both, { n: 5 });
  },
  async reset_is_for_all(wires) {
    const both = await pair(wires, { n: 0 });
    await both.left.setState({ n: 1, more: { deep: 1 } });
    await agree(both, { n: 1, more: { deep: 1 } });
    await both.right.reset();
    await agree(both, { n: 0 });
  },
});
