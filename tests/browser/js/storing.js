// Two windows, one store: every promise over every wire.
import { equal, events, ok, parley, quiet, refused, store, until } from './harness.js';
import { table } from './table.js';

const reducer = (state, { type, value }) => {
  if (type === 'add') return { ...state, items: [...state.items, value] };
  if (type === 'clear') return { ...state, items: [] };
  if (type === 'throw') throw new Error('mine');
  return state;
};
const add = (value) => ({ type: 'add', value });
const items = (one) => one.getState().items;

/** A store at each end, both ready, and what the listener of each was told. */
const pair = async ({ a, b }, options) => {
  const stores = [a, b].map((on) => store(reducer, { items: [] }, { on, ...options }));
  await Promise.all(stores.map((one) => one.ready));
  const told = stores.map((one) => {
    const heard = [];
    one.subscribe((state, action) => heard.push([action.value ?? action.type, state.items.length]));
    return heard;
  });
  return { stores, told };
};

const agree = (stores, count) => until(() => stores.every((one) => items(one).length === count), `${count} items`);

export const { run, names } = table({
  async actions_at_the_same_time_come_in_one_order(on) {
    const { stores, told } = await pair(on);
    for (let round = 0; round < 20; round++) {
      stores.forEach((one, at) => one.dispatch(add(`${round} by ${at}`)));
      if (round % 4 === 0) await quiet();
    }
    await agree(stores, 40);
    equal(items(stores[0]), items(stores[1]));
    for (const heard of told) equal(new Set(heard.map(([value]) => value)).size, 40, 'each told once');
    equal(
      told.map((heard) => heard.length),
      [40, 40],
    );
  },
  async dispatch_applies_here_at_once_and_gives_the_state(on) {
    const { stores, told } = await pair(on);
    const dispatched = stores[0].dispatch(add(1));
    equal(items(stores[0]), [1], 'before anything was sent');
    const state = await dispatched;
    ok(state === stores[0].getState(), 'what it resolves with');
    await agree(stores, 1);
    equal(told, [[[1, 1]], [[1, 1]]]);
  },
  async one_turn_is_told_action_by_action(on) {
    const { stores, told } = await pair(on);
    for (const value of ['x', 'y', 'z']) stores[0].dispatch(add(value));
    await agree(stores, 3);
    for (const heard of told)
      equal(heard, [
        ['x', 1],
        ['y', 2],
        ['z', 3],
      ]);
  },
  async structured_values_stay_what_they_are(on) {
    const { stores } = await pair(on);
    const value = {
      when: new Date(5),
      tags: new Set(['x', new Map([[1, 2]])]),
      bytes: new Uint8Array([1, 2]),
      nothing: undefined,
      big: 2n ** 70n,
      pattern: /a/gi,
      number: -0,
    };
    value.itself = [value];
    stores[0].dispatch(add(value));
    await agree(stores, 1);
    for (const one of stores) equal(items(one)[0], value);
    ok(items(stores[1])[0].tags instanceof Set, 'a set');
  },
  async a_listener_that_dispatches_keeps_the_order(on) {
    const { stores, told } = await pair(on);
    stores[0].subscribe((state, { value }) => {
      if (value !== 'cause') return;
      stores[0].dispatch(add('effect'));
      equal(items(stores[0]).at(-1), 'effect', 'applied at once');
    });
    stores[1].dispatch(add('cause'));
    await agree(stores, 2);
    for (const one of stores) equal(items(one), ['cause', 'effect']);
    for (const heard of told)
      equal(
        heard.map(([value]) => value),
        ['cause', 'effect'],
      );
  },
  async a_reducer_that_throws_is_skipped_alike(on) {
    const errors = [on.a, on.b].map((one) => events(one, 'error'));
    const { stores } = await pair(on);
    stores[0].dispatch(add(1));
    const state = await stores[0].dispatch({ type: 'throw' });
    equal(state.items, [1]);
    stores[0].dispatch(add(2));
    await agree(stores, 2);
    for (const seen of errors)
      equal(
        seen.map(([, error]) => error.message),
        ['mine'],
      );
  },
  async a_reducer_may_not_dispatch(on) {
    let dispatched;
    const one = store((state, { type }) => {
      if (type === 'recurse') dispatched = one.dispatch({ type: 'again' });
      return state;
    }, 0, { on: on.a }); // prettier-ignore
    await one.dispatch({ type: 'recurse' });
    await refused(dispatched, 'ERR_ARGUMENT');
  },
  async a_listener_that_throws_is_alone(on) {
    const errors = events(on.a, 'error');
    const { stores, told } = await pair(on);
    stores[0].subscribe(() => {
      throw new Error('mine');
    });
    const last = [];
    stores[0].subscribe((state, { value }) => last.push(value));
    stores[0].dispatch(add(1));
    await agree(stores, 1);
    equal(last, [1]);
    equal(told, [[[1, 1]], [[1, 1]]]);
    equal(
      errors.map(([, error]) => error.message),
      ['mine'],
    );
  },
  async a_late_store_has_the_state_before_it_is_ready(on) {
    const early = store(reducer, { items: [] }, { on: on.a });
    for (let i = 0; i < 300; i++) early.dispatch(add(i));
    await quiet();
    const late = store(reducer, { items: ['own'] }, { on: on.b });
    const heard = [];
    late.subscribe((state, action) => heard.push(action.type));
    await late.ready;
    equal(items(late), items(early));
    equal(items(late).length, 300);
    equal(heard, ['@@parley-sync/REPLACED'], 'one change, not its history');
    late.dispatch(add('late'));
    await agree([early, late], 301);
    equal(items(early).at(-1), 'late');
  },
  async another_version_is_not_let_in(on) {
    const errors = [on.a, on.b].map((one) => events(one, 'error', 'rejected'));
    const stores = [on.a, on.b].map((of, at) => store(reducer, { items: [] }, { on: of, version: at + 1 }));
    await Promise.all(stores.map((one) => one.ready));
    stores.forEach((one, at) => one.dispatch(add(at)));
    const code = 'ERR_SCHEMA_VERSION';
    for (const seen of errors) {
      await until(() => seen.some(([kind, data]) => kind === 'error' && data.code === code), 'the error');
      await until(() => seen.some(([kind, data]) => kind === 'rejected' && data.code === code), 'the count');
    }
    await quiet();
    equal(stores.map(items), [[0], [1]]);
    const told = errors.map((seen) => seen.filter(([kind]) => kind === 'error').map(([, error]) => error.details));
    equal(
      told.map(([{ name, version, theirs }]) => [name, version, theirs]),
      [
        ['store', 1, 2],
        ['store', 2, 1],
      ],
    );
    equal(
      told.map((list) => list.length),
      [1, 1],
      'once each',
    );
  },
  async a_remote_dispatch_is_shared_with_who_comes(on) {
    const early = store(reducer, { items: [] }, { on: on.a });
    early.dispatchRemote(add('as if sent'));
    equal(items(early), ['as if sent']);
    const late = store(reducer, { items: [] }, { on: on.b });
    await late.ready;
    await agree([early, late], 1);
  },
  async a_store_that_is_gone_says_so(on) {
    const { stores } = await pair(on);
    const listened = [];
    const off = stores[1].subscribe(() => listened.push(1));
    off();
    off();
    stores[0].dispatch(add('last'));
    stores[0].destroy();
    stores[0].destroy();
    await refused(stores[0].dispatch(add(2)), 'ERR_DESTROYED');
    await refused(() => stores[0].dispatchRemote(add(2)), 'ERR_DESTROYED');
    await refused(() => stores[0].subscribe(() => {}), 'ERR_DESTROYED');
    equal(items(stores[0]), ['last'], 'its state stays');
    await until(() => items(stores[1]).length === 1, 'what it dispatched last');
    equal(listened, []);
    const again = store(reducer, { items: [] }, { on: on.a });
    await again.ready;
    equal(items(again), ['last']);
    await refused(() => store(reducer, undefined, { on: on.a }), 'ERR_DUPLICATE_NAME');
    const other = store(reducer, { items: [] }, { on: on.a, name: 'other' });
    await other.ready;
    equal(items(other), []);
  },
  async without_an_initial_state_the_reducer_makes_it(on) {
    const seen = [];
    const one = store((state = { made: true }, { type }) => (seen.push(type), state), undefined, { on: on.a });
    equal(one.getState(), { made: true });
    equal(seen.length, 1);
    const on2 = parley();
    equal(store((state) => state, undefined, { on: on2 }).getState(), {});
  },
});
