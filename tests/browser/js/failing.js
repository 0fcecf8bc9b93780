// Calls that end without an answer.
import { equal, ok, quiet, refused, until } from './harness.js';
import { table } from './table.js';
import { hold } from './time.js';

/** A handler that never answers, and what it has seen of its callers. */
const deaf = (on, type) => {
  const seen = [];
  on.on(type, (_payload, _respond, metadata) => {
    seen.push(metadata);
    return new Promise(() => {});
  });
  return seen;
};

export const { run, names } = table({
  async no_answer_in_time({ a, b }) {
    const seen = deaf(b, 'never');
    const time = hold();
    let isOver = false;
    const call = a.send('never', 0, { timeout: 30 }).finally(() => (isOver = true));
    call.catch(() => {});
    await time.pass(29);
    equal(isOver, false, 'over after 29 ms');
    await time.pass(1);
    equal(isOver, true, 'over after 30 ms');
    const error = await refused(call, 'ERR_TIMEOUT');
    equal(error.name, 'TimeoutError');
    ok(error.message.includes('never'), `${error.message} names the type`);
    await until(() => seen[0]?.signal.aborted, 'the handler hears of it');
  },
  async an_answer_that_comes_late_is_nobodys({ a, b }) {
    let answer;
    b.on('slow', (_payload, respond) => {
      answer = respond;
    });
    await refused(a.send('slow', 0, { timeout: 20 }), 'ERR_TIMEOUT');
    await until(() => answer, 'the message');
    answer('late');
    b.on('next', () => 'in time');
    equal(await a.send('next'), 'in time');
  },
  async a_timeout_of_zero_is_over_at_once({ a, b }) {
    deaf(b, 'never');
    await refused(a.send('never', 0, { timeout: 0 }), 'ERR_TIMEOUT');
  },
  async the_registered_timeout_is_used({ a, b }) {
    deaf(b, 'never');
    a.register('never', { timeout: 25 });
    await refused(a.send('never'), 'ERR_TIMEOUT');
    b.on('ok', () => 1);
    equal(await a.send('ok'), 1);
  },
  async aborted_before_it_began({ a, b }) {
    const seen = deaf(b, 'never');
    await refused(a.send('never', 0, { signal: AbortSignal.abort() }), 'ERR_ABORTED');
    await quiet();
    equal(seen.length, 0, 'messages over there');
  },
  async aborted_under_way({ a, b }) {
    const seen = deaf(b, 'never');
    const control = new AbortController();
    const call = a.send('never', 0, { signal: control.signal, timeout: 60_000 });
    call.catch(() => {});
    await until(() => seen.length === 1, 'the message');
    const looked = seen[0].signal;
    let told;
    looked.addEventListener('abort', () => (told = looked.reason?.code));
    control.abort();
    await refused(call, 'ERR_ABORTED');
    await until(() => looked.aborted, 'the handler hears of it');
    equal(told, 'ERR_ABORTED', 'why');
  },
  async a_signal_looked_at_late_is_aborted_already({ a, b }) {
    const seen = deaf(b, 'never');
    await refused(a.send('never', 0, { timeout: 20 }), 'ERR_TIMEOUT');
    await until(() => seen.length === 1, 'the message');
    await quiet();
    equal(seen[0].signal.aborted, true);
  },
  async an_answered_call_no_longer_hears_its_signal({ a, b }) {
    const control = new AbortController();
    let added = 0;
    const signal = Object.assign(control.signal, {
      addEventListener(...args) {
        added += 1;
        AbortSignal.prototype.addEventListener.apply(this, args);
      },
      removeEventListener(...args) {
        added -= 1;
        AbortSignal.prototype.removeEventListener.apply(this, args);
      },
    });
    b.on('ok', () => 1);
    equal(await a.send('ok', 0, { signal }), 1);
    equal(added, 0, 'listeners left on the signal');
    control.abort();
    equal(await a.send('ok'), 1);
  },
  async a_stranger_is_not_found({ a }) {
    const error = await refused(a.send('x', 0, { targetId: 'stranger' }), 'ERR_TARGET_NOT_FOUND');
    equal([error.name, error.details], ['TargetNotFoundError', { targetId: 'stranger' }]);
  },
  async an_answer_that_cannot_be_cloned({ a, b }) {
    b.on('bad', () => () => {});
    await refused(a.send('bad'), 'ERR_SERIALIZATION');
    b.on('ok', () => 1);
    equal(await a.send('ok'), 1, 'the next call');
  },
});
