// A store and what it was not made for: wrong arguments, and frames that no store would send.
import { equal, events, fail, ok, ParleyError, parley, refused, store, SyncedStore, until } from './harness.js';
import { show } from './same.js';
import { table } from './table.js';
import { bare, ported } from './wires.js';

const reducer = (state, { type, value }) => (type === 'add' ? [...state, value] : state);
const thrower = () => {
  throw new Error('mine');
};
const ODD = () => [
  undefined, null, true, 0, -1, NaN, 1n, '', 'text', Symbol('s'), [], {}, () => {}, new Date(NaN), Object.create(null),
  new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower }),
  new Proxy(() => {}, { apply: thrower, get: thrower }), { type: 1 }, { type: '' }, { get type() { return thrower(); } },
  { type: 'x', f() {} }, { type: 'x', get y() { return thrower(); } }, { toString: thrower, valueOf: thrower }, globalThis,
  'x'.repeat(1e5),
]; // prettier-ignore

const survives = async (attempt) => {
  try {
    const value = attempt();
    await (value instanceof Promise ? Promise.race([value, new Promise((done) => setTimeout(done, 20))]) : value);
  } catch (error) {
    if (error instanceof ParleyError || error?.message === 'mine') return;
    fail(`it threw ${show(error)}`);
  }
};

const APPEND = 32 + 10;
const SYNC = 32 + 11;
const DELTA = 32 + 12;
const ACK = 32 + 13;
const numbers = (...list) => new Float64Array(list);
const sixYears = 6 * 365 * 86_400_000 * 4096;
const actions = [numbers(77, 1, sixYears), [null], [{ type: 'add', value: 'raw' }]];
const tip = numbers(0, 1e15, 77, 5);
const GOOD = [
  [APPEND, 'store', ...actions],
  [SYNC, 'store', null, tip, 77],
  [DELTA, 'store', null, tip, null, ...actions, 77],
  [ACK, 'store', numbers(77, 1)],
];
const ODD_PARTS = [
  undefined, null, true, -1, 0.5, NaN, 1e300, 'text', {}, [], [[]], [null], [1, 2, 3], ['store'], ['store', -1], ['store', 0.5],
  ['store', 2 ** 40], ['store', '1'], [1, 1], numbers(), numbers(1), numbers(NaN, NaN, NaN, NaN), numbers(-1, -1, -1),
  numbers(2 ** 60, 2 ** 60, 2 ** 60), new Map(), new Date(), new Uint8Array(24), 10n,
]; // prettier-ignore

export const { run, names } = table({
  async every_method_survives_wrong_arguments() {
    const { a, b } = await ported();
    const [here, there] = [a, b].map((on) => store(reducer, [], { on }));
    for (const odd of ODD()) {
      for (const call of ['dispatch', 'dispatchRemote', 'subscribe']) await survives(() => here[call](odd));
      await survives(() => new SyncedStore(odd, reducer, []).destroy());
      await survives(() => new SyncedStore(parley(), odd, []).destroy());
      await survives(() => new SyncedStore(parley(), reducer, odd).destroy());
      await survives(() => new SyncedStore(parley(), reducer, [], odd).destroy());
      for (const option of ['name', 'version', 'checkpointEvery'])
        await survives(() => new SyncedStore(parley(), reducer, [], { [option]: odd }).destroy());
    }
    await survives(() => new SyncedStore());
    await here.dispatch({ type: 'add', value: 'fine' });
    await until(() => there.getState().at(-1) === 'fine', 'an action afterwards');
  },
  async what_is_no_action_changes_nothing() {
    const one = store(reducer, []);
    for (const bad of [undefined, null, 'add', 7, {}, { type: 1 }, Symbol('s'), () => {}]) {
      await refused(one.dispatch(bad), 'ERR_ARGUMENT', show(bad));
      await refused(() => one.dispatchRemote(bad), 'ERR_ARGUMENT', show(bad));
    }
    const error = await refused(one.dispatch({ type: 'add', value: { f() {} } }), 'ERR_SERIALIZATION');
    equal(error.details, { path: 'value.f' });
    equal(one.getState(), []);
  },
  async every_part_of_every_frame_may_be_wrong() {
    const { a, port, connected } = await bare({ limits: { messagesPerSecond: 1e6 } });
    port.postMessage([32, 'raw uid', 'raw', 'port', false]);
    await connected;
    const seen = events(a, 'rejected');
    const one = store(reducer, ['own'], { on: a });
    let sent = 0;
    for (const frame of GOOD) {
      for (let at = 1; at < frame.length; at++) {
        for (const odd of ODD_PARTS) port.postMessage(frame.with(at, odd));
        port.postMessage(frame.slice(0, at));
        sent += ODD_PARTS.length + 1;
      }
    }
    ok(sent > 400, 'how many there were');
    let last = false;
    a.on('last', () => (last = true));
    port.postMessage([33, 1_000_000, 'last', 0, 1]);
    await until(() => last, 'the last frame');
    ok(seen.length > 0, 'refusals');
    const { length } = one.getState();
    await one.dispatch({ type: 'add', value: 'afterwards' });
    equal(one.getState().length, length + 1);
    ok(one.getState().includes('own'), 'its own state');
  },
});
