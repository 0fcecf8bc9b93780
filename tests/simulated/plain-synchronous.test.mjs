// A plain messenger that delivers inside of broadcast(): the listeners of a state never run in the middle of its own broadcast.
import assert from 'node:assert/strict';
import test from 'node:test';
import { SyncedState } from '../../pkg/index.js';

/** Messengers on one synchronous bus; each knows whether it is broadcasting. */
function bus() {
  const handlers = [];
  return () => {
    const messenger = {
      depth: 0,
      on: (type, handler) => void handlers.push({ type, handler }),
      broadcast(type, payload) {
        messenger.depth++;
        for (const one of handlers) if (one.type === type) one.handler(payload);
        messenger.depth--;
      },
    };
    return messenger;
  };
}

const MOST = 50;

test('members that answer each other at once are called outside of their own broadcasts', async () => {
  const join = bus();
  const messengers = [join(), join()];
  const states = messengers.map((messenger) => new SyncedState(messenger, { n: 0 }));
  await Promise.all(states.map(({ ready }) => ready));
  const depths = [];
  const answer = (at) => {
    const n = states[at].get('n');
    if (n >= MOST || n % 2 !== at) return;
    states[at].setState({ n: n + 1 });
    // Broadcast now, and not at the end of the turn.
    states[at].flush();
  };
  states.forEach((state, at) =>
    state.subscribe(() => {
      depths.push(messengers[at].depth);
      answer(at);
    }),
  );
  answer(0);
  while (depths.length < 2 * MOST) await new Promise(setImmediate);
  assert.deepEqual(
    states.map((state) => state.get('n')),
    [MOST, MOST],
  );
  assert.deepEqual([...new Set(depths)], [0]);
  for (const state of states) state.destroy();
});
