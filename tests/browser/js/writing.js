// What may be written, what is not sent, and when what is sent goes out.
import { equal, ok, parley, quiet, refused, state, turn, until } from './harness.js';
import { table } from './table.js';
import { hold } from './time.js';
import { linked } from './wires.js';

const [BATCH, DELTA] = [7, 9];

/** Two states on a link whose frames can be counted. */
const counted = async (initial = {}, options = {}) => {
  const { a, b, log, cut } = await linked();
  const [left, right] = [state(initial, { on: a, ...options }), state(initial, { on: b, ...options })];
  await Promise.all([left.ready, right.ready]);
  await quiet();
  const written = () => log.filter(({ from, frame }) => from === 'a' && [BATCH, DELTA].includes(frame[0] % 32)).length;
  const before = written();
  return { a, b, cut, left, right, sent: () => written() - before };
};

export const { run, names } = table({
  async one_message_for_each_turn() {
    const { left, right, sent } = await counted();
    const promises = [];
    for (let n = 0; n < 100; n++) promises.push(left.setState({ [`key ${n % 10}`]: n, n }));
    equal(left.get('n'), 99, 'applied at once');
    await Promise.all(promises);
    await until(() => right.get('n') === 99, 'the writes');
    equal(sent(), 1, 'messages');
    equal(right.getState(), left.getState());
    await turn();
    await left.setState({ n: 100 });
    await until(() => right.get('n') === 100, 'the next');
    equal(sent(), 2, 'messages');
  },
  async writes_that_change_nothing_are_not_sent() {
    const values = {
      nan: NaN,
      zero: 0,
      list: [1, { a: [2] }],
      map: new Map([[1, new Set([2])]]),
      date: new Date(5),
      bytes: new Uint8Array([1]),
      text: 'x',
      none: null,
    };
    const { left, sent } = await counted(values);
    let told = 0;
    left.subscribe(() => (told += 1));
    for (const [key, value] of Object.entries(values)) await left.setState({ [key]: structuredClone(value) });
    await left.setState({ absent: undefined });
    await left.delete('absent');
    await left.setState({});
    await quiet();
    equal([sent(), told], [0, 0], 'messages and calls');
    await left.setState({ list: [1, { a: [3] }] });
    equal(told, 1);
  },
  async minus_zero_is_another_value() {
    const { left, right } = await counted({ zero: 0 });
    await left.setState({ zero: -0 });
    await until(() => Object.is(right.get('zero'), -0), 'minus zero over there');
  },
  async without_diff_everything_is_sent() {
    const { left, sent } = await counted({ n: 1 }, { diff: false });
    await left.setState({ n: 1 });
    await until(() => sent() === 1, 'the message');
  },
  async undefined_deletes_everywhere() {
    const { left, right } = await counted({ user: 'bob', other: 1 });
    await left.setState({ user: undefined });
    equal(left.getState(), { other: 1 });
    await until(() => !('user' in right.getState()), 'the deletion');
    await right.delete('other', 'never there');
    await until(() => !('other' in left.getState()), 'the other deletion');
    equal([left.getState(), right.getState()], [{}, {}]);
  },
  async a_function_makes_the_updates() {
    const synced = state({ n: 1 });
    await synced.setState(({ n }) => ({ n: n + 1 }));
    await synced.setState((now) => (ok(Object.isFrozen(now), 'frozen'), { n: now.n + 1 }));
    equal(synced.get('n'), 3);
    const mine = new Error('mine');
    const told = await synced
      .setState(() => {
        throw mine;
      })
      .catch((error) => error);
    ok(told === mine, 'what the function throws');
    equal(synced.get('n'), 3);
  },
  async what_cannot_cross_is_named_before_anything_is_applied() {
    const { left, sent } = await counted({ a: 1 });
    const cases = [
      [{ a: 2, user: { onClick() {} } }, 'user.onClick'],
      [{ a: 2, list: [[Symbol('s')]] }, 'list.0.0'],
      [{ a: 2, map: new Map([['k', document.body]]) }, 'map.k'],
      [{ a: 2, proxy: { p: new Proxy(new Map(), {}) } }, 'proxy.p'],
      [{ a: 2, get bad() { throw new Error('mine'); } }, 'bad'], // prettier-ignore
    ];
    for (const [updates, path] of cases) {
      const error = await refused(left.setState(updates), 'ERR_SERIALIZATION', path);
      equal(error.details.path, path);
      equal(left.getState(), { a: 1 }, `after ${path}`);
    }
    await quiet();
    equal(sent(), 0, 'messages');
    await refused(() => state({ f() {} }), 'ERR_SERIALIZATION', 'an initial value');
  },
  async odd_keys_are_keys_like_others() {
    const { left, right } = await counted();
    const odd = JSON.parse(
      '{"__proto__": {"admin": 1}, "constructor": 2, "prototype": 3, "hasOwnProperty": 4, "": 5, "0": 6, "toString": 7}',
    );
    await left.setState(odd);
    await until(() => right.get('toString') === 7, 'the keys');
    for (const one of [left, right]) {
      equal(Object.keys(one.getState()).sort(), Object.keys(odd).sort());
      equal(one.get('__proto__'), { admin: 1 });
      equal(one.getState().admin, undefined, 'the prototype');
    }
    equal([left.get('valueOf'), {}.admin], [undefined, undefined], 'what nobody set');
    await left.delete('__proto__', 'constructor');
    await until(() => right.get('constructor') === undefined, 'the deletion');
    equal(Object.keys(right.getState()).includes('__proto__'), false);
  },
  async half_a_surrogate_pair_is_no_key() {
    const { left, right } = await counted({ n: 1 });
    await refused(left.setState({ n: 2, 'a\uD800': 1 }), 'ERR_ARGUMENT');
    equal(left.getState(), { n: 1 });
    await left.setState({ '😀': 'whole' });
    await until(() => right.get('😀') === 'whole', 'a whole pair');
  },
  async updates_that_are_none_are_refused() {
    const synced = state({ n: 1 });
    for (const bad of ['abc', null, undefined, 5, true, [1], Symbol('s'), 1n])
      await refused(synced.setState(bad), 'ERR_ARGUMENT', String(bad));
    for (const bad of [() => 'abc', () => null, () => undefined])
      await refused(synced.setState(bad), 'ERR_ARGUMENT', String(bad));
    equal(synced.getState(), { n: 1 });
  },
  async structured_values_and_cycles_are_kept() {
    const { left, right } = await counted();
    const ring = { name: 'ring' };
    ring.self = ring;
    const value = { date: new Date(7), map: new Map([[1, new Set([2n])]]), bytes: new Float32Array([0.5]), ring };
    await left.setState({ value });
    await until(() => right.get('value'), 'the value');
    equal(right.get('value'), value);
    ok(right.get('value').ring.self === right.get('value').ring, 'the cycle');
  },
  async only_synced_keys_leave() {
    const { left, right } = await counted({ shared: 0, own: 0 }, { syncedKeys: ['shared'] });
    const seen = [];
    left.subscribe(({ shared, own }, old) => seen.push([shared, own, old.shared, old.own]));
    await left.setState({ shared: 1, own: 1 });
    await left.setState({ own: 2 });
    await until(() => right.get('shared') === 1, 'what is shared');
    await quiet();
    equal([right.get('own'), left.get('own')], [0, 2]);
    equal(left.getState(), { shared: 1, own: 2 });
    equal(seen.at(-1), [1, 2, 1, 1]);
  },
  async debounced_writes_are_one_message() {
    const { left, right, sent } = await counted({}, { debounceMs: 60 });
    const time = hold();
    for (let n = 1; n <= 4; n++) {
      left.setState({ n });
      await time.pass(5);
    }
    await time.pass(39);
    equal([left.get('n'), right.get('n'), sent()], [4, undefined, 0], 'before the pause is over');
    await time.pass(1);
    await until(() => right.get('n') === 4, 'the write');
    equal(sent(), 1);
  },
  async a_steady_stream_waits_no_longer_than_it_may() {
    const { left, right, sent } = await counted({}, { debounceMs: 80, maxWaitMs: 120 });
    const time = hold();
    let n = 0;
    const stream = async (until) => {
      for (; n * 10 < until; n += 1) {
        left.setState({ n });
        await time.pass(10);
      }
    };
    await stream(110);
    equal(sent(), 0, 'messages before the longest wait is over');
    await stream(130);
    equal(sent(), 1, 'messages after it, with no pause in the stream');
    await until(() => right.get('n') > 0, 'the first');
  },
  async flush_sends_what_waits() {
    const { left, right, sent } = await counted({}, { debounceMs: 60_000 });
    const write = left.setState({ n: 1 });
    equal(await left.flush(), undefined);
    await write;
    await until(() => right.get('n') === 1, 'the write');
    equal(sent(), 1);
    equal(await left.flush(), undefined, 'a flush of nothing');
  },
  async destroying_sends_what_waits() {
    for (const end of [({ left }) => left.destroy(), ({ a }) => a.destroy(), ({ a }) => a.disconnect('b')]) {
      const all = await counted({}, { debounceMs: 60_000 });
      all.left.setState({ n: 1 }).catch(() => {});
      end(all);
      await until(() => all.right.get('n') === 1, 'the write');
    }
  },
  async a_destroyed_state_says_so() {
    const on = parley();
    const synced = state({ n: 1 }, { on });
    synced.destroy();
    synced.destroy();
    const attempts = {
      setState: () => synced.setState({ n: 2 }),
      delete: () => synced.delete('n'),
      subscribe: () => synced.subscribe(() => {}),
      subscribeKey: () => synced.subscribeKey('n', () => {}),
      applyRemoteUpdate: () => synced.applyRemoteUpdate({ n: 2 }),
    };
    for (const [name, attempt] of Object.entries(attempts)) await refused(attempt, 'ERR_DESTROYED', name);
    equal(synced.getState(), { n: 1 });
    equal(state({ n: 5 }, { on }).get('n'), 5, 'its name is free again');
  },
  async a_name_is_taken_once() {
    const on = parley();
    state({}, { on });
    await refused(() => state({}, { on }), 'ERR_DUPLICATE_NAME');
    await refused(() => state({}, { on, name: 'state' }), 'ERR_DUPLICATE_NAME');
    const other = state({ x: 1 }, { on, name: 'other' });
    equal(other.get('x'), 1);
    on.destroy();
    await refused(() => state({}, { on, name: 'third' }), 'ERR_DESTROYED');
  },
});
