// What a state tells its listeners, and what it hands out.
import { equal, events, ok, parley, quiet, refused, state, until } from './harness.js';
import { table } from './table.js';
import { ported } from './wires.js';

const calls = () => {
  const list = [];
  return { list, call: (...args) => list.push(args) && undefined };
};

const pair = async (initial = {}, options = {}) => {
  const { a, b } = await ported();
  const [left, right] = [state(initial, { on: a, ...options }), state(initial, { on: b, ...options })];
  await Promise.all([left.ready, right.ready]);
  return { a, b, left, right };
};

export const { run, names } = table({
  async mocks_get_two_arguments() {
    const synced = state({ count: 0 });
    const { list, call } = calls();
    // As the functions of test runners: they record their calls, and carry what they recorded.
    synced.subscribe(Object.assign(call, { mock: list }));
    await synced.setState({ count: 5 });
    equal(list, [[{ count: 5 }, { count: 0 }]]);
  },
  async rest_parameters_get_the_change() {
    const synced = state({ count: 0 });
    const { list, call } = calls();
    synced.subscribe(call);
    await synced.setState({ count: 5 });
    equal(list, [[{ count: 5 }, { count: 0 }, { keys: ['count'], origin: 'local' }]]);
  },
  async three_if_they_declare_three() {
    const { left, right } = await pair({ count: 0 });
    const here = [];
    const there = [];
    left.subscribe((_new, _old, change) => here.push(change));
    right.subscribe((_new, _old, change) => there.push(change));
    await left.setState({ count: 1, other: 2 });
    await until(() => there.length > 0, 'the change');
    equal(here, [{ keys: ['count', 'other'], origin: 'local' }]);
    const { from, ...rest } = there[0];
    equal(rest, { keys: ['count', 'other'], origin: 'remote' });
    equal([from.id, from.kind, from.state], ['a', 'port', 'connected']);
  },
  async each_change_is_told_once_in_every_window() {
    const { left, right } = await pair({ n: 0 });
    const seen = [];
    right.subscribe(({ n }) => seen.push(n));
    for (let n = 1; n <= 5; n++) await left.setState({ n });
    await until(() => seen.length >= 5, 'five changes');
    await quiet();
    equal(seen, [1, 2, 3, 4, 5]);
  },
  async one_turn_is_one_change_over_there() {
    const { left, right } = await pair({ n: 0 });
    const { list, call } = calls();
    right.subscribe(call);
    left.setState({ n: 1 });
    left.setState({ n: 2, m: 1 });
    await left.setState({ n: 3 });
    await until(() => list.length > 0, 'the change');
    await quiet();
    equal(
      list.map(([now, before, { keys, origin }]) => [now, before, keys, origin]),
      [[{ n: 3, m: 1 }, { n: 0 }, ['n', 'm'], 'remote']],
    );
  },
  async a_key_has_its_own_listeners() {
    const { left, right } = await pair({ a: 1, b: 1 });
    const { list, call } = calls();
    const off = right.subscribeKey('a', call);
    await left.setState({ b: 2 });
    await left.setState({ a: 2 });
    await left.setState({ a: undefined });
    await until(() => list.length >= 2, 'two changes');
    off();
    await left.setState({ a: 9 });
    await until(() => right.get('a') === 9, 'the last write');
    equal(list, [
      [2, 1],
      [undefined, 2],
    ]);
  },
  async snapshots_are_frozen_and_the_same_until_a_change() {
    const synced = state({ list: [1], nested: { deep: { er: 1 } } });
    const first = synced.getState();
    ok(synced.getState() === first, 'the same object');
    ok([first, first.list, first.nested, first.nested.deep].every(Object.isFrozen), 'frozen all the way');
    await synced.setState({ other: 1 });
    const second = synced.getState();
    ok(second !== first && second.list === first.list, 'a new snapshot with the parts of the old');
    equal(Object.keys(first), ['list', 'nested'], 'the old one');
    await synced.setState({ other: 1 });
    ok(synced.getState() === second, 'a write that changes nothing');
  },
  async push_into_a_value_is_no_silent_loss() {
    const synced = state({ list: [1] });
    let thrown;
    try {
      synced.getState().list.push(2);
    } catch (error) {
      thrown = error;
    }
    ok(thrown instanceof TypeError, 'push throws');
    equal(synced.get('list'), [1]);
    equal(synced.getState().list, [1]);
    thrown = undefined;
    try {
      synced.get('list').push(2);
    } catch (error) {
      thrown = error;
    }
    ok(thrown instanceof TypeError, 'and on what get() gives');
  },
  async what_was_passed_in_stays_the_callers() {
    const initial = { list: [1], nested: { n: 1 } };
    const { left, right } = await pair(initial);
    initial.list.push(2);
    initial.nested.n = 2;
    initial.more = true;
    equal(left.getState(), { list: [1], nested: { n: 1 } });
    const list = [5];
    await left.setState({ list });
    list.push(6);
    equal(left.get('list'), [5], 'here');
    await until(() => right.get('list')[0] === 5, 'the write');
    equal(right.get('list'), [5], 'over there');
    ok(!Object.isFrozen(list), 'the caller may go on with its list');
    await left.setState({ list });
    await until(() => right.get('list').length === 2, 'the same array, changed and set again');
    equal(right.get('list'), [5, 6]);
  },
  async a_listener_that_writes_does_so_after_the_write_that_woke_it() {
    const { left, right } = await pair({ n: 0, doubled: 0 });
    left.subscribe(({ n, doubled }) => {
      if (doubled !== n * 2) left.setState({ doubled: n * 2 });
    });
    const second = [];
    left.subscribe((now, old) => second.push([old.n, old.doubled, now.n, now.doubled]));
    const there = [];
    right.subscribe(({ n, doubled }) => there.push([n, doubled]));
    await left.setState({ n: 1 });
    await until(() => right.get('doubled') === 2, 'what the listener wrote');
    equal(second, [
      [0, 0, 1, 0],
      [1, 0, 1, 2],
    ]);
    equal(there.at(-1), [1, 2]);
    ok(
      there.every(([n]) => n === 1),
      'no effect before its cause',
    );
  },
  async a_listener_that_answers_a_remote_write() {
    const { left, right } = await pair({ question: 0, answer: 0 });
    right.subscribe(({ question, answer }) => {
      if (answer !== question) right.setState({ answer: question });
    });
    const seen = [];
    left.subscribe(({ question, answer }) => seen.push([question, answer]));
    await left.setState({ question: 1 });
    await until(() => left.get('answer') === 1, 'the answer');
    equal(seen, [
      [1, 0],
      [1, 1],
    ]);
  },
  async a_listener_that_throws_is_alone() {
    const { a, left, right } = await pair({ n: 0 });
    const told = events(a, 'error');
    const thrown = new Error('mine');
    const { list, call } = calls();
    left.subscribe(() => {
      throw thrown;
    });
    left.subscribe(call);
    await left.setState({ n: 1 });
    equal(list.length, 1, 'the other listener');
    ok(told.length === 1 && told[0][1] === thrown, 'system:error has the very error');
    await until(() => right.get('n') === 1, 'the write over there');
  },
  async listeners_may_come_and_go_while_being_told() {
    const synced = state({ n: 0 });
    const seen = [];
    const offs = [];
    offs.push(
      synced.subscribe(() => {
        seen.push('first');
        offs[1]();
        synced.subscribe(() => seen.push('late'));
      }),
    );
    offs.push(synced.subscribe(() => seen.push('second')));
    await synced.setState({ n: 1 });
    equal(seen, ['first']);
    offs[0]();
    offs[0]();
    await synced.setState({ n: 2 });
    equal(seen, ['first', 'late']);
  },
  async a_listener_destroys_the_state_or_the_parley() {
    for (const end of [(on, synced) => synced.destroy(), (on) => on.destroy()]) {
      const { a, left, right } = await pair({ n: 0 });
      let later = 0;
      left.subscribe(() => end(a, left));
      left.subscribe(() => (later += 1));
      await left.setState({ n: 1 }).catch((error) => equal(error.code, 'ERR_DESTROYED'));
      equal(later, 0, 'listeners of what is gone');
      await refused(left.setState({ n: 2 }), 'ERR_DESTROYED');
      equal(left.get('n'), 1, 'what it held');
      await right.setState({ n: 3 });
      equal(right.get('n'), 3);
    }
  },
  async apply_remote_update_tells_and_sends_nothing() {
    const on = parley();
    const sent = [];
    on.broadcast = (type, payload) => sent.push([type, payload]);
    const synced = state({ count: 0 }, { on });
    const origins = [];
    synced.subscribe((now, old, change) => origins.push([now.count, old.count, change.origin]));
    synced.applyRemoteUpdate({ count: 10 });
    equal(synced.get('count'), 10);
    equal(origins, [[10, 0, 'remote']]);
    await quiet();
    equal(sent, []);
    for (const bad of ['abc', null, 5, undefined, [1]])
      await refused(() => synced.applyRemoteUpdate(bad), 'ERR_ARGUMENT');
    equal(synced.getState(), { count: 10 });
  },
  async a_spy_on_broadcast_sees_the_update() {
    const { a, left, right } = await pair({ count: 0 });
    const sent = [];
    const { broadcast } = a;
    a.broadcast = (...args) => sent.push(args) && broadcast.apply(a, args);
    await left.setState({ count: 5 });
    equal([sent.length, sent[0][0], sent[0][1].updates], [1, 'state:update', { count: 5 }]);
    await until(() => right.get('count') === 5, 'the update arrives all the same');
  },
});
