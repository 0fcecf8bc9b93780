// Several windows, one state: late ones, parted ones, and messengers that are no Parley.
import { equal, ok, parley, quiet, refused, state, SyncedState, until } from './harness.js';
import { table } from './table.js';
import { linked, linkPair, meshed, ported } from './wires.js';

const agree = (states) =>
  until(
    () => new Set(states.map((one) => JSON.stringify(Object.entries(one.getState()).sort()))).size === 1,
    'agreement',
  );

/** A messenger as one writes for a test: everybody hears everybody else, later. */
const bus = () => {
  const members = [];
  return () => {
    const handlers = [];
    const member = {
      on(type, handler) {
        handlers.push([type, handler]);
        return () =>
          handlers.splice(
            handlers.findIndex(([, other]) => other === handler),
            1,
          );
      },
      async broadcast(type, payload) {
        const copy = structuredClone(payload);
        await null;
        for (const other of members) {
          if (other !== member)
            for (const [of, handler] of [...other.handlers]) if (of === type) handler(structuredClone(copy));
        }
      },
      handlers,
    };
    members.push(member);
    return member;
  };
};

export const { run, names } = table({
  async a_late_joiner_is_complete_before_ready() {
    const { left, right } = linkPair();
    const early = parley();
    const old = state({ n: 0 }, { on: early });
    await old.setState({ n: 1, list: [1, 2] });
    await old.setState({ gone: 1 });
    await old.delete('gone');
    const late = parley();
    await Promise.all([early.connect(left), late.connect(right)]);
    const joined = state({ n: 0, gone: 'default', mine: 1 }, { on: late });
    await joined.ready;
    equal(joined.getState(), { n: 1, list: [1, 2], mine: 1 });
    await agree([old, joined]);
  },
  async deleted_keys_stay_deleted() {
    const { a, b } = await ported();
    const [left, right] = [state({ user: 'bob' }, { on: a }), state({ user: 'bob' }, { on: b })];
    await left.delete('user');
    await until(() => !('user' in right.getState()), 'the deletion');
    const third = parley();
    const { port1, port2 } = new MessageChannel();
    await Promise.all([b.connect(port1, 'c'), third.connect(port2, 'b')]);
    const late = state({ user: 'default' }, { on: third });
    await late.ready;
    await quiet();
    for (const one of [left, right, late]) equal('user' in one.getState(), false);
  },
  async writes_at_the_same_time_agree() {
    const parleys = await meshed(3);
    const states = parleys.map((on) => state({ x: 0 }, { on }));
    await Promise.all(states.map((one) => one.ready));
    for (let round = 0; round < 20; round++) {
      states.forEach((one, i) => one.setState({ x: `${round} by ${i}`, [`own ${i}`]: round }));
      if (round % 3 === 0) await quiet();
    }
    await agree(states);
    await quiet();
    await agree(states);
    equal(Object.keys(states[0].getState()).sort(), ['own 0', 'own 1', 'own 2', 'x']);
    ok(states[0].get('x').startsWith('19'), 'one of the last writes');
  },
  async what_is_written_while_parted_arrives_later() {
    const { a, b, cut } = await linked();
    const [left, right] = [state({}, { on: a }), state({}, { on: b })];
    await left.setState({ before: 1 });
    await until(() => right.get('before'), 'before');
    cut();
    await left.setState({ left: 1 });
    await right.setState({ right: 1, before: 2 });
    const again = linkPair();
    await Promise.all([a.connect(again.left, 'b'), b.connect(again.right, 'a')]);
    await agree([left, right]);
    equal(left.getState(), { before: 2, left: 1, right: 1 });
  },
  async windows_relay_each_write_once() {
    const [a, b] = await meshed(2);
    const [x, y] = [parley(), parley()];
    for (const [one, other] of [
      [a, x],
      [b, y],
    ]) {
      const { port1, port2 } = new MessageChannel();
      await Promise.all([one.connect(port1), other.connect(port2)]);
    }
    const states = [x, a, b, y].map((on) => state({ n: 0 }, { on }));
    await Promise.all(states.map((one) => one.ready));
    const told = states.map(() => 0);
    states.forEach((one, i) => one.subscribe(() => (told[i] += 1)));
    await states[0].setState({ n: 1 });
    await until(() => states[3].get('n') === 1, 'the far end');
    await states[3].setState({ m: 2 });
    await agree(states);
    await quiet();
    equal(told, [2, 2, 2, 2]);
  },
  async states_of_two_names_keep_apart() {
    const { a, b } = await ported();
    const make = (on, name) => state({ shared: name }, { on, name });
    const [a1, a2, b1, b2] = [make(a, 'one'), make(a, 'two'), make(b, 'one'), make(b, 'two')];
    await a1.setState({ n: 1 });
    await b2.setState({ n: 2 });
    await until(() => b1.get('n') && a2.get('n'), 'both');
    equal(
      [a1, a2, b1, b2].map((one) => one.getState()),
      [
        { shared: 'one', n: 1 },
        { shared: 'two', n: 2 },
        { shared: 'one', n: 1 },
        { shared: 'two', n: 2 },
      ],
    );
  },
  async hand_written_updates_are_heard() {
    const { a, b } = await ported();
    const synced = state({ n: 0 }, { on: a });
    const rejected = [];
    a.onSystem('system:rejected', ({ code }) => rejected.push(code));
    await b.broadcast('state:update', { updates: { n: 5, m: [1] } });
    await until(() => synced.get('n') === 5, 'the update');
    for (const junk of ['abc', null, {}, { updates: 'abc' }, { updates: null }, { updates: [1] }])
      await b.broadcast('state:update', junk);
    await until(() => rejected.length > 0, 'the refusals');
    equal(synced.getState(), { n: 5, m: [1] });
    equal(rejected[0], 'ERR_MALFORMED');
  },
  async three_states_on_any_messenger_agree() {
    const join = bus();
    const make = () => {
      const on = join();
      const made = new SyncedState(on, { x: 0 });
      return { on, made };
    };
    const [one, two, three] = [make(), make(), make()];
    const states = [one, two, three].map(({ made }) => made);
    await Promise.all(states.map((each) => each.ready));
    for (let round = 0; round < 10; round++)
      states.forEach((each, i) => each.setState({ x: [round, i], [`own ${i}`]: round }));
    await until(() => states[1].get('own 2') === 9, 'the last round');
    await states[1].delete('own 2');
    await until(() => states.every((each) => !('own 2' in each.getState())), 'the deletion');
    await agree(states);
    const late = make();
    await late.made.ready;
    await agree([...states, late.made]);
    equal('own 2' in late.made.getState(), false);
    for (const each of [...states, late.made]) each.destroy();
    equal(
      [one, two, three, late].map(({ on }) => on.handlers.length),
      [0, 0, 0, 0],
      'handlers left',
    );
  },
  async a_messenger_needs_two_methods() {
    for (const bad of [undefined, null, 5, {}, { on() {} }, { broadcast() {} }, { on: 1, broadcast: 2 }]) {
      await refused(() => new SyncedState(bad, {}), 'ERR_ARGUMENT');
    }
  },
  async a_messenger_that_fails_rejects_the_write_and_keeps_it() {
    const mine = new Error('mine');
    for (const broadcast of [
      () => Promise.reject(mine),
      () => {
        throw mine;
      },
    ]) {
      // prettier-ignore
      const handlers = [];
      let fails = false;
      const on = {
        on: (type, handler) => handlers.push([type, handler]),
        broadcast: (...args) => (fails ? broadcast(...args) : undefined),
      };
      const synced = new SyncedState(on, { n: 0 });
      fails = true;
      const told = await synced.setState({ n: 1 }).catch((error) => error);
      ok(told === mine, 'what broadcast failed with');
      equal(synced.get('n'), 1, 'what stays');
      fails = false;
      synced.destroy();
    }
  },
});
