// Frames that no Parley would send, on a wire that is connected: nothing changes, they are counted, and there is no flood.
import { equal, events, ok, parley, quiet, refused, sleep, state, until } from './harness.js';
import { table } from './table.js';
import { bare, linked } from './wires.js';

const VERSION = 32;
const [JOIN, MESSAGE, ANSWER, ABORT, BYE, PING, PONG, BATCH, SYNC, DELTA] = Array.from(
  { length: 10 },
  (_, i) => VERSION + i,
);
const join = [JOIN, 'raw uid', 'raw', 'port', false];

/** A Parley whose peer is this test, frame by frame. */
const raw = async (options) => {
  const made = await bare(options);
  made.port.postMessage(join);
  await made.connected;
  return made;
};

// Not null: Chromium delivers it in place of what it cannot deserialise.
const NO_FRAMES = [undefined, 0, 'text', true, 1n, {}, [], [NaN], [-1], [0.5], ['33'], [{}], [null], [Infinity], [1e300],
  [VERSION + 31], new Map(), new Uint8Array([33]), { 0: MESSAGE, 1: 1, 2: 'x', 3: 0, 4: 1, length: 5 }]; // prettier-ignore

const ODD_PARTS = [undefined, null, NaN, -1, 0, 0.5, 2 ** 53, 1e300, -0, 'text', '', true, 1n, {}, [], new Map(),
  new Float64Array([1, NaN, -1]), new Float64Array(3), new Date(NaN), Array(1e6)]; // prettier-ignore

const vector = (...pairs) => new Float64Array(pairs);
const GOOD = {
  message: [MESSAGE, 5, 'x', 1, 1],
  answer: [ANSWER, 1, true, 'forged'],
  abort: [ABORT, 1],
  ping: [PING, 1],
  pong: [PONG, 1],
  batch: [BATCH, 'state', 77, 1, null, 1, ['n'], [1]],
  sync: [SYNC, 'state', vector(), 1, 1],
  delta: [DELTA, 'state', vector(), vector(77, 1), vector(1, 77, 77, 1), ['n'], [1]],
};

export const { run, names } = table({
  async what_is_no_frame_is_counted() {
    const { a, port } = await raw();
    const seen = events(a, 'rejected', 'error', 'disconnected');
    for (const frame of NO_FRAMES) port.postMessage(frame);
    await until(() => seen.length > 0, 'the first refusal');
    await until(() => seen.at(-1)[1].count === NO_FRAMES.length, 'the count');
    equal(
      seen.map(([kind, { origin, code }]) => [kind, origin, code]),
      Array(2).fill(['rejected', '', 'ERR_MALFORMED']),
    );
    equal(a.isConnected('raw'), true);
  },
  async a_flood_is_told_once_a_second() {
    const { a, port } = await raw();
    const seen = events(a, 'rejected');
    for (let i = 0; i < 2000; i++) port.postMessage(['nonsense', i]);
    await until(() => seen.at(-1)?.[1].count === 2000, 'the count');
    ok(seen.length <= 4, `${seen.length} events`);
  },
  async every_part_of_every_frame_may_be_wrong() {
    const { a, port } = await raw();
    const synced = state({ own: 1 }, { on: a });
    const seen = [];
    a.on('x', () => seen.push('x'));
    const snapshot = synced.getState();
    for (const frame of Object.values(GOOD)) {
      for (let at = 1; at < frame.length; at++) {
        // Any payload, or value of an answer, is a good one.
        if ((frame[0] === MESSAGE || frame[0] === ANSWER) && at === 3) continue;
        for (const odd of ODD_PARTS) {
          const bad = [...frame];
          bad[at] = odd;
          port.postMessage(bad);
        }
        port.postMessage(frame.slice(0, at));
      }
    }
    port.postMessage([MESSAGE, 1_000_000, 'last', 0, 1]);
    let last = false;
    a.on('last', () => (last = true));
    await until(() => last, 'the last frame');
    equal(a.isConnected('raw'), true, 'the connection');
    equal(synced.get('own'), 1, 'the state');
    equal(
      Object.keys(synced.getState()).every((key) => key === 'own' || key === 'n' || key === ''),
      true,
      show(synced),
    );
    ok(snapshot.own === 1, 'the snapshot');
    await synced.setState({ own: 2 });
    equal(synced.get('own'), 2, 'a write afterwards');
  },
  async nothing_before_the_join_is_heard() {
    const { a, port, frames, connected } = await bare();
    let heard = 0;
    a.on('x', () => (heard += 1));
    for (const frame of Object.values(GOOD)) port.postMessage(frame);
    await quiet();
    equal([heard, a.getConnectedTargets(), frames.length], [0, [], 1]);
    port.postMessage(join);
    await connected;
    port.postMessage([MESSAGE, 9, 'x', 0, 1]);
    await until(() => heard === 1, 'the message after the join');
  },
  async joins_of_every_wrong_kind() {
    for (const bad of [
      [JOIN],
      [JOIN, 1, 2, 3],
      [JOIN, '', 'x', 'port'],
      [JOIN, 'x'.repeat(129), 'x', 'port'],
      [JOIN, 'u', 'x'.repeat(1e6), 'port'],
    ]) {
      const { a, port, connected } = await bare();
      const seen = events(a, 'rejected');
      port.postMessage(bad);
      await until(() => seen.length === 1, 'the refusal');
      equal([seen[0][1].code, a.getConnectedTargets()], ['ERR_MALFORMED', []]);
      a.destroy();
      await refused(connected, 'ERR_DESTROYED');
    }
  },
  async another_version_is_told_at_once() {
    const { a, port, connected } = await bare();
    const seen = events(a, 'rejected');
    port.postMessage([2 * VERSION, 'uid', 'name', 'port', false]);
    await refused(connected, 'ERR_WIRE_VERSION');
    equal([seen[0][1].code, a.peers], ['ERR_WIRE_VERSION', []]);
  },
  async a_forged_answer_is_nobodys() {
    const { a, b } = await linked();
    const stranger = await bare();
    const other = stranger.port;
    b.on('slow', (_payload, respond) => {
      setTimeout(() => respond('true'), 40);
    });
    // A second peer of the same Parley answers the call that was not its.
    const { port1, port2 } = new MessageChannel();
    const second = a.connect(port1, 'forger');
    port2.postMessage(join);
    await second;
    const call = a.send('slow', 0, { targetId: 'b' });
    for (let id = 0; id < 50; id++) port2.postMessage([ANSWER, id, true, 'forged']);
    for (const id of [NaN, -1, 1e300, 2 ** 64]) port2.postMessage([ANSWER, id, true, 'forged']);
    equal(await call, 'true');
    other.close();
    port2.close();
    stranger.a.destroy();
    await refused(stranger.connected, 'ERR_DESTROYED');
  },
  async a_repeated_message_is_handled_once() {
    const { a, port, frames } = await raw();
    const seen = [];
    a.on('x', (payload) => seen.push(payload));
    for (let i = 0; i < 3; i++) port.postMessage([MESSAGE, 7, 'x', i, 2]);
    await until(() => frames.filter(([kind]) => kind === ANSWER).length === 3, 'an answer for each');
    equal(seen, [0]);
    equal(
      frames.filter(([kind]) => kind === ANSWER).map((frame) => frame.slice(1, 4)),
      Array(3).fill([7, true, 1]),
    );
  },
  async ids_that_are_no_numbers_of_messages() {
    const { a, port } = await raw();
    let heard = 0;
    const seen = events(a, 'rejected');
    a.on('x', () => (heard += 1));
    for (const id of [0, -1, NaN, 0.5, 2 ** 53, 1e300, Infinity, '5', null, {}])
      port.postMessage([MESSAGE, id, 'x', 0, 1]);
    await until(() => seen.at(-1)?.[1].count === 10, 'the count');
    equal(heard, 0);
  },
  async codes_of_errors_are_not_the_peers_to_choose() {
    const { a, port, frames } = await raw();
    for (const [code, told] of [
      ['ERR_MADE_UP', 'ERR_HANDLER'],
      [7, 'ERR_HANDLER'],
      ['ERR_DESTROYED', 'ERR_HANDLER'],
      ['ERR_DENIED', 'ERR_DENIED'],
    ]) {
      frames.length = 0;
      const call = a.send('x');
      call.catch(() => {});
      await until(() => frames.some(([kind]) => kind === MESSAGE), 'the question');
      const [, id] = frames.find(([kind]) => kind === MESSAGE);
      port.postMessage([ANSWER, id, false, code, 'because']);
      await refused(call, told);
    }
  },
  async limits_hold() {
    const { a, port } = await raw({ limits: { messageBytes: 1000, depth: 5 } });
    const seen = [];
    const rejected = events(a, 'rejected');
    a.on('x', (payload) => seen.push(payload));
    let deep = 'end';
    for (let i = 0; i < 10; i++) deep = [deep];
    port.postMessage([MESSAGE, 1, 'x', 'y'.repeat(2000), 0]);
    port.postMessage([MESSAGE, 2, 'x', deep, 0]);
    port.postMessage([MESSAGE, 3, 'x', new Uint8Array(2000), 0]);
    port.postMessage([MESSAGE, 4, 'x', 'small', 0]);
    await until(() => seen.length > 0, 'the small one');
    equal(seen, ['small']);
    await until(() => rejected.at(-1)?.[1].count === 3, 'the count');
    equal(rejected[0][1].code, 'ERR_LIMIT');
  },
  async bytes_that_are_no_frame() {
    const { a, b, left, right } = await linked({ binary: true });
    const seen = events(a, 'rejected');
    const junk = [
      undefined,
      null,
      'text',
      7,
      {},
      new Uint8Array(0),
      new Uint8Array([255]),
      new Uint8Array(1000).fill(128),
    ];
    // Each kind of value, cut short.
    for (let tag = 0; tag < 20; tag++)
      for (const rest of [[], [255], [127, 127], [255, 255, 255, 255, 255, 15]])
        junk.push(new Uint8Array([tag, ...rest]));
    for (const bytes of junk) right.inject(bytes);
    ok(left.onframe !== null, 'the link is listened to');
    await until(() => seen.length > 0, 'a refusal');
    b.on('x', () => 'well');
    equal(await a.send('x'), 'well');
  },
  async a_link_may_hand_over_live_objects() {
    const { a, right } = await linked();
    let reads = 0;
    const trap = new Proxy([MESSAGE, 3, 'x', 0, 1], {
      get(target, key, receiver) {
        reads += 1;
        if (reads > 3) throw new Error('mine');
        return Reflect.get(target, key, receiver);
      },
    });
    const getter = [MESSAGE, 4, 'x', 0, 1];
    Object.defineProperty(getter, 1, {
      get() {
        a.destroy();
        throw new Error('mine');
      },
    });
    right.inject(trap);
    right.inject(getter);
    await sleep(5);
    await refused(() => a.on('x', () => {}), 'ERR_DESTROYED');
    equal(parley().peers, []);
  },
  async a_goodbye_that_lies_ends_only_its_own_connection() {
    const { a, b } = await linked();
    const { port1, port2 } = new MessageChannel();
    const second = a.connect(port1, 'raw');
    port2.postMessage(join);
    await second;
    const seen = events(a, 'disconnected');
    port2.postMessage([BYE, 'b', { reason: 'denied' }]);
    await until(() => seen.length > 0, 'the end');
    equal(
      seen.map(([, { id, reason }]) => [id, reason]),
      [['raw', 'goodbye']],
    );
    b.on('x', () => 1);
    equal(await a.send('x'), 1);
    port2.close();
  },
});

function show(synced) {
  return `keys ${Object.keys(synced.getState())}`;
}
