// A question, and the answer to it.
import { equal, events, ok, quiet, refused, sleep, until } from './harness.js';
import { table } from './table.js';

export const { run, names } = table({
  async a_value({ a, b, toB }) {
    b.on('double', (n) => n * 2);
    equal(await a.send('double', 21, { targetId: toB }), 42);
  },
  async the_only_peer_needs_no_name({ a, b }) {
    b.on('hello', (name) => `hello ${name}`);
    equal(await a.send('hello', 'you'), 'hello you');
  },
  async both_ways_at_once({ a, b }) {
    for (const one of [a, b]) one.on('plus', ([x, y]) => x + y);
    equal(await Promise.all([a.send('plus', [1, 2]), b.send('plus', [3, 4])]), [3, 7]);
  },
  async a_promise({ a, b }) {
    b.on('slow', async (n) => {
      await sleep(5);
      return n + 1;
    });
    equal(await a.send('slow', 1), 2);
  },
  async respond_now({ a, b }) {
    b.on('ask', (n, respond) => respond(n + 1));
    equal(await a.send('ask', 1), 2);
  },
  async respond_later({ a, b }) {
    b.on('ask', (n, respond) => {
      setTimeout(() => respond(n + 1), 5);
    });
    equal(await a.send('ask', 1), 2);
  },
  async values_that_are_false({ a, b }) {
    b.on('echo', (value) => value);
    for (const value of [0, -0, '', false, null, NaN]) equal(await a.send('echo', value), value);
  },
  async nothing_at_all({ a, b }) {
    let got = 'untouched';
    b.on('note', (payload) => {
      got = payload;
    });
    equal(await a.send('note'), undefined, 'the answer');
    equal(got, undefined, 'the payload');
  },
  async only_the_first_answer_counts({ a, b }) {
    b.on('ask', (_n, respond) => {
      respond('first');
      respond('second');
      return 'third';
    });
    b.on('ask', () => 'fourth');
    equal(await a.send('ask'), 'first');
    b.on('other', () => 'still');
    equal(await a.send('other'), 'still', 'the next call');
  },
  async a_promise_of_nothing_leaves_the_answer_to_respond({ a, b }) {
    b.on('ask', async () => undefined);
    equal(await a.send('ask'), undefined);
  },
  async handlers_get_metadata({ a, b, toA, origin }) {
    let seen;
    b.on('look', (_payload, _respond, metadata) => {
      seen = metadata;
      return true;
    });
    const before = Date.now();
    await a.send('look');
    equal([seen.senderId, seen.origin, seen.expectsResponse], [toA, origin, true]);
    ok(seen.timestamp >= before && seen.timestamp <= Date.now(), 'the timestamp');
    ok(typeof seen.messageId === 'string' && seen.messageId !== '', 'the messageId');
    ok(seen.signal instanceof AbortSignal && !seen.signal.aborted, 'the signal');
    const { messageId } = seen;
    await a.send('look');
    ok(seen.messageId !== messageId, 'another message has another id');
  },
  async the_sender_can_be_written_to({ a, b }) {
    a.on('later', (text) => `got ${text}`);
    let outcome;
    b.on('look', (_payload, _respond, { senderId }) => {
      outcome = b.send('later', 'this', { targetId: senderId });
      return true;
    });
    await a.send('look');
    equal(await outcome, 'got this');
  },
  async a_message_that_wants_no_answer({ a, b }) {
    const seen = [];
    b.on('note', (payload, respond, { expectsResponse }) => {
      seen.push(payload, expectsResponse);
      respond('unasked');
      return 'unasked';
    });
    equal(await a.send('note', 1, { expectsResponse: false }), undefined);
    await until(() => seen.length > 0, 'the message');
    equal(seen, [1, false]);
  },
  async nobody_listens({ a }) {
    const error = await refused(a.send('what'), 'ERR_NO_HANDLER');
    ok(error.message.includes('what'), `${error.message} names the type`);
  },
  async a_handler_that_throws({ a, b }) {
    const told = events(b, 'error');
    const thrown = new TypeError('no such thing');
    b.on('bad', () => {
      throw thrown;
    });
    const error = await refused(a.send('bad'), 'ERR_HANDLER');
    ok(error.message.includes('bad'), `${error.message} names the type`);
    equal(told.length, 1, 'errors told over there');
    ok(told[0][1] === thrown, 'the very error');
  },
  async a_handler_that_rejects({ a, b }) {
    const told = events(b, 'error');
    b.on('bad', async () => {
      throw new TypeError('no such thing');
    });
    await refused(a.send('bad'), 'ERR_HANDLER');
    equal(told.length, 1, 'errors told over there');
  },
  async a_handler_that_throws_nothing({ a, b }) {
    for (const thrown of [undefined, null, 0, 'text', Symbol('s')]) {
      const off = b.on('bad', () => {
        throw thrown;
      });
      await refused(a.send('bad'), 'ERR_HANDLER');
      off();
    }
  },
  async one_handler_that_throws_does_not_silence_another({ a, b }) {
    const seen = [];
    b.on('bad', () => {
      throw new Error('mine');
    });
    b.on('bad', (payload) => seen.push(payload) && undefined);
    await refused(a.send('bad', 7), 'ERR_HANDLER');
    equal(seen, [7]);
  },
  async off_takes_one_handler_away({ a, b }) {
    const seen = [];
    const handler = (payload) => seen.push(payload) && undefined;
    const off = b.on('note', handler);
    b.on('note', handler);
    await a.send('note', 1);
    off();
    off();
    await a.send('note', 2);
    equal(seen, [1, 1, 2]);
  },
  async once_gives_the_next_payload_only({ a, b }) {
    const next = b.once('news');
    await a.send('news', 'first', { expectsResponse: false });
    await a.send('news', 'second', { expectsResponse: false });
    equal(await next, 'first');
    await quiet();
    await refused(a.send('news', 'third'), 'ERR_NO_HANDLER', 'the third');
  },
  async order_is_kept({ a, b }) {
    const seen = [];
    b.on('n', (n) => seen.push(n) && undefined);
    const sent = Array.from({ length: 200 }, (_, n) => n);
    for (const n of sent) a.send('n', n, { expectsResponse: false });
    await until(() => seen.length === sent.length, 'all of them');
    equal(seen, sent);
  },
});
