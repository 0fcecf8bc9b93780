// A peer that speaks the wire by hand: every frame as a peer may send it that knows how, and lies.
import { Parley } from '../../pkg/index.js';
import { pause } from './windows.mjs';

const tag = (kind) => 32 + kind;
export const [JOIN, MESSAGE, ANSWER, ABORT, BYE, PING, PONG, BATCH, SYNC, DELTA, APPEND, LOG_SYNC, LOG_DELTA] =
  Array.from({ length: 13 }, (_, kind) => tag(kind));
export const [RELAY, RELAYED] = [tag(20), tag(21)];

/** A list that says it is long, and holds nothing: a few bytes on the wire. */
export const hollow = (length) => {
  const list = [];
  list.length = length;
  return list;
};

/**
 * A Parley with one such peer, which sends `frame`s. `traps` is what came of them in the module: errors that no test and no
 * user can catch, each the end of what was being done. `connecting` are the options of connect().
 */
export async function besieged(options, connecting) {
  const { port1, port2 } = new MessageChannel();
  const frames = [];
  port2.onmessage = ({ data }) => frames.push(data);
  const parley = Parley.create({ logLevel: 'none', timeout: 2000, ...options });
  const connected = parley.connect(port1, 'attacker', connecting);
  port2.postMessage([JOIN, 'uid of the attacker', 'attacker', 'port', false]);
  await connected;
  const traps = [];
  const trapped = (error) => traps.push(error);
  process.on('uncaughtException', trapped);
  process.on('unhandledRejection', trapped);
  return {
    parley,
    frames,
    traps,
    send: (...sent) => {
      for (const frame of sent) port2.postMessage(frame);
    },
    answers: () => frames.filter(([kind]) => kind === ANSWER).map((frame) => frame.slice(1)),
    /** All that was sent has been heard. */
    async heard() {
      const before = frames.length;
      port2.postMessage([PING, 7]);
      while (!frames.slice(before).some(([kind]) => kind === PONG)) await pause(1);
      await pause(5);
    },
    end() {
      parley.destroy();
      port2.close();
      process.off('uncaughtException', trapped);
      process.off('unhandledRejection', trapped);
    },
  };
}
