// Links that lose, repeat, break and lie about being fine.
import { equal, events, ok, parley, quiet, refused, sleep, turn, until } from './harness.js';
import { table } from './table.js';
import { hold } from './time.js';
import { linked, linkPair } from './wires.js';

const TAG = (frame) => frame[0] % 32;
const [JOIN, MESSAGE, ANSWER] = [0, 1, 2];

/** Loses the first frames of a kind. */
const losingFirst = (kind, count = 1) => {
  let met = 0;
  return (frame) => TAG(frame) !== kind || (met += 1) > count;
};

export const { run, names } = table({
  async a_lost_join_is_said_again() {
    // What each says first, so that neither has an answer to give.
    const { left, right, log } = linkPair({ filter: losingFirst(JOIN, 2) });
    const [a, b] = [parley(), parley()];
    await Promise.all([a.connect(left, 'b'), b.connect(right, 'a')]);
    b.on('x', () => 'there');
    equal(await a.send('x'), 'there');
    ok(log.filter(({ frame }) => TAG(frame) === JOIN).length >= 4, 'joins');
  },
  async a_lost_question_is_asked_again() {
    const { a, b } = await linked({ filter: losingFirst(MESSAGE) });
    let handled = 0;
    b.on('x', () => (handled += 1));
    equal(await a.send('x', 0, { timeout: 40, retries: 3 }), 1);
    equal(handled, 1);
  },
  async a_lost_answer_is_given_again_not_made_again() {
    const { a, b, log } = await linked({ filter: losingFirst(ANSWER) });
    let handled = 0;
    b.on('x', () => (handled += 1));
    equal(await a.send('x', 0, { timeout: 40, retries: 3 }), 1);
    equal(handled, 1, 'times handled');
    ok(log.filter(({ frame }) => TAG(frame) === MESSAGE).length >= 2, 'questions on the wire');
  },
  async retries_end() {
    const { a, b, log } = await linked({ filter: (frame) => TAG(frame) !== MESSAGE });
    b.on('x', () => 1);
    await refused(a.send('x', 0, { timeout: 20, retries: 2 }), 'ERR_TIMEOUT');
    equal(log.filter(({ frame }) => TAG(frame) === MESSAGE).length, 3, 'attempts');
  },
  async every_frame_twice_is_handled_once() {
    const { left, right } = linkPair();
    for (const end of [left, right]) {
      const { send } = end;
      end.send = function (frame, transfer) {
        send.call(this, frame, transfer);
        send.call(this, frame, transfer);
      };
    }
    const [a, b] = [parley(), parley()];
    await Promise.all([a.connect(left, 'b'), b.connect(right, 'a')]);
    const seen = [];
    b.on('n', (n) => seen.push(n));
    equal(await a.send('n', 1), 1);
    await a.broadcast('n', 2);
    await quiet();
    equal(seen, [1, 2]);
    equal([a.peers.length, b.peers.length], [1, 1], 'peers');
  },
  async a_broken_link_ends_its_calls_at_once() {
    const { a, b, cut } = await linked();
    const seen = events(a, 'connection_lost', 'disconnected');
    let metadata;
    b.on('never', (_payload, _respond, given) => (metadata = given) && new Promise(() => {}));
    const call = a.send('never', 0, { timeout: 60_000 });
    call.catch(() => {});
    await until(() => metadata, 'the message');
    // No timer runs any more: only the end of the wire can end the call.
    hold();
    cut();
    const error = await refused(call, 'ERR_PEER_LOST');
    equal(error.details, { targetId: 'b', reason: 'closed' });
    equal(
      seen.map(([kind, { id, reason }]) => [kind, id, reason]),
      [
        ['connection_lost', 'b', 'closed'],
        ['disconnected', 'b', 'closed'],
      ],
    );
    equal(metadata.signal.aborted, true, 'the handler hears of it');
    equal(metadata.signal.reason.code, 'ERR_PEER_LOST', 'why');
  },
  async a_new_link_under_the_same_id_is_a_reconnection() {
    const { a, b, cut } = await linked();
    cut();
    const seen = events(a, 'connected', 'reconnected');
    const again = linkPair();
    await Promise.all([a.connect(again.left, 'b'), b.connect(again.right, 'a')]);
    equal(
      seen.map(([kind, { id }]) => [kind, id]),
      [['reconnected', 'b']],
    );
    b.on('x', () => 'back');
    equal(await a.send('x'), 'back');
  },
  async nobody_at_the_other_end() {
    const { left } = linkPair();
    const a = parley();
    const error = await refused(a.connect(left, 'b', { timeout: 30 }), 'ERR_TIMEOUT');
    equal(error.details, { targetId: 'b', reason: 'silent' });
    equal([a.peers, left.closed], [[], true]);
  },
  async connect_can_be_aborted() {
    const { left } = linkPair();
    const a = parley();
    const control = new AbortController();
    const connected = a.connect(left, 'b', { signal: control.signal });
    equal(
      a.peers.map(({ id, state }) => [id, state]),
      [['b', 'connecting']],
    );
    control.abort();
    await refused(connected, 'ERR_ABORTED');
    equal([a.peers, left.closed], [[], true]);
    await refused(a.connect(left, 'b', { signal: AbortSignal.abort() }), 'ERR_ABORTED', 'aborted before');
  },
  async an_id_in_use_is_refused() {
    const { a } = await linked();
    await refused(a.connect(linkPair().left, 'b'), 'ERR_CONNECTION');
    equal(a.getConnectedTargets(), ['b']);
  },
  async a_link_that_throws_is_an_error() {
    const broken = [
      {
        ...linkPair().left,
        send() {
          throw new Error('no wire');
        },
      },
      {
        send() {},
        close() {},
        get binary() {
          throw new Error('mine');
        },
      },
      Object.freeze({ send() {}, close() {} }),
    ];
    for (const link of broken) {
      const a = parley();
      const outcome = await a.connect(link, 'b', { timeout: 40 }).then(
        () => 'connected',
        (error) => error,
      );
      ok(outcome instanceof Error && !(outcome instanceof WebAssembly.RuntimeError), `an error, not ${outcome}`);
      equal(a.peers, [], 'the peers');
    }
  },
  async a_link_that_answers_inside_send_works() {
    const ends = [{}, {}].map(() => ({
      onframe: null,
      onclose: null,
      close() {},
      send(frame) {
        this.far.onframe?.(structuredClone(frame));
      },
    }));
    [ends[0].far, ends[1].far] = [ends[1], ends[0]];
    const [a, b] = [parley(), parley()];
    await Promise.all([a.connect(ends[0], 'b'), b.connect(ends[1], 'a')]);
    a.on('back', (n) => n + 1);
    b.on('there', async (n) => (await b.send('back', n)) * 10);
    equal(await a.send('there', 1), 20);
    b.destroy();
    await turn();
    equal(a.peers, []);
  },
  async a_frame_that_changes_later_was_copied() {
    const seen = [];
    const [left, right] = [{}, {}].map(() => ({ onframe: null, onclose: null, close() {} }));
    const posted = [];
    left.send = (frame) => {
      posted.push(frame);
      right.onframe?.(frame);
    };
    right.send = (frame) => left.onframe?.(frame);
    const [a, b] = [parley(), parley()];
    await Promise.all([a.connect(left, 'b'), b.connect(right, 'a')]);
    b.on('list', (list) => {
      seen.push(list);
    });
    const list = [1];
    await a.send('list', list, { expectsResponse: false });
    await sleep(0);
    list.push(2);
    equal(seen, [[1]]);
    ok(posted.length > 0, 'frames');
  },
});
