// What a Parley tells a developer. The level of each topic, and its words, are here; the wasm names the topic and its data.

import { isExpected } from './errors.js';
import { isBuffer } from './kinds.js';

const LEVELS = ['none', 'error', 'warn', 'info', 'debug'];

/** The kinds of frames, in the order of their numbers on the wire. */
export const KINDS = (
  'join message answer abort bye ping pong batch sync delta append log-sync log-delta log-ack lacks suspend digest ' +
  'unreadable fragment reassembly relay relayed'
).split(' ');

/** Whether frames of this kind are messages: their third element is the type, their fourth the payload. */
export const isMessage = (kind) => kind === 'message' || kind === 'relay' || kind === 'relayed';

/** About how many bytes a frame has: what JSON would take of it, where JSON can. */
export const sizeOf = (frame) => {
  try {
    return JSON.stringify(frame, (_key, value) =>
      ArrayBuffer.isView(value) || isBuffer(value) ? 'x'.repeat(value.byteLength) : value,
    ).length;
  } catch {
    return undefined;
  }
};

const frameOf =
  (way) =>
  ({ peer, frame }) => {
    const kind = KINDS[frame[0] % 32] ?? 'unknown';
    const bytes = sizeOf(frame);
    const about = isMessage(kind) ? ` '${frame[2]}'` : typeof frame[1] === 'string' ? ` '${frame[1]}'` : '';
    return [`${way} ${peer}: ${kind}${about}, some ${bytes ?? '?'} bytes`, { peer, kind, bytes, frame }];
  };

const called = ({ id, kind, origin }) => `${kind} '${id}'${origin ? ` (${origin})` : ''}`;

/** The channels of held locks (`channel:uid`) that are not this one; nothing to tell if there is none. */
const otherChannels = ([channel, names]) => {
  const all = (names ?? []).map((name) => /^(.+):[0-9a-f]{32}$/.exec(name)?.[1]);
  const others = [...new Set(all)].filter((other) => other !== channel && other !== undefined);
  if (others.length === 0) return;
  const list = others.map((other) => `'${other}'`).join(', ');
  const message = `nobody else is on the channel '${channel}'. Windows of this origin are on others: ${list}. Only windows whose channels have the same name join`;
  return [message, { channel, others }];
};

const TOPICS = {
  'system:error': ['error', (error) => [error?.message ?? String(error), error]],
  'system:rejected': [
    'warn',
    (data) => [
      `refused input of ${data.origin || 'a peer without an origin'}: ${data.code}, ${data.count} so far`,
      data,
    ],
  ],
  'system:partitioned': ['warn', (data) => [data.message, data]],
  'system:connected': ['info', (peer) => [`connected: ${called(peer)}`, peer]],
  'system:reconnected': ['info', (peer) => [`connected again: ${called(peer)}`, peer]],
  'system:suspended': ['info', (peer) => [`suspended, its page sleeps: ${called(peer)}`, peer]],
  'system:disconnected': ['info', (peer) => [`disconnected (${peer.reason}): ${called(peer)}`, peer]],
  ready: ['info', (count) => [`discovery is over: ${count} connected`, { peers: count }]],
  ignored: ['warn', ([option, why]) => [`the option '${option}' of ParleyJS has no effect: ${why}`, { option }]],
  connecting: ['info', (id) => [`connect('${id}'): waiting for the other side to answer`, { id }]],
  waiting: ['warn', ([, reason, message]) => [message.replace(/ in time: /, ' yet: '), { reason }]],
  unanswered: [
    'warn',
    (type) => [
      `the caller of '${type}' has given up: its handler returned nothing and did not call respond(). Return a value, or respond on every path`,
      { type },
    ],
  ],
  another: [
    'warn',
    (origin) => [
      `a second Parley was made in a window that is connected already (${origin}): it is a peer of its own. Destroy the first if it was replaced`,
      { origin },
    ],
  ],
  'cut-off': [
    'warn',
    (channel) => [
      `the channel '${channel}' reaches no other window: this document has an opaque origin, as sandboxed frames have. ` +
        'Its parent connects to it with { opaque: true, grants }',
      { channel },
    ],
  ],
  alone: ['info', otherChannels],
  unshared: [
    'info',
    (name) => [
      `no connected window shares a state or store called '${name}'. The name must be the same on both sides`,
      { name },
    ],
  ],
  sent: ['debug', frameOf('to')],
  received: ['debug', frameOf('from')],
};

const toConsole = (level, message, details) => console[level](`[parley-sync] ${message}`, details);

/** The level, the words and the details of a topic of the log; undefined if there is nothing to tell. */
export function described(topic, data) {
  const [level, describe] = TOPICS[topic] ?? [];
  const said = level && describe(data);
  return said && { level, message: said[0], details: said[1] };
}

/** Tells `logger`, or the console, of a topic, unless its level is above `most` (0: none, 4: debug). */
export function log(most, logger, topic, data) {
  const [level, describe] = TOPICS[topic] ?? [];
  if (level === undefined || LEVELS.indexOf(level) > most) return;
  try {
    const said = describe(data);
    if (said === undefined) return;
    if (logger === undefined && topic === 'system:error') {
      if (!isExpected(data)) console.error(data);
    } else (logger ?? toConsole)(level, ...said);
  } catch (error) {
    console.error(error);
  }
}

/** Most questions whose answers are waited for. */
const MAX_QUESTIONS = 1000;

/**
 * The event that ParleyJS has for a frame: `topic` is 'sent', 'received', or the code of a call that has ended without an answer.
 * `asked` keeps type and time of what awaits an answer.
 */
export function analyticsEvent(asked, topic, { peer, frame }) {
  const [tag, id, third, , expects] = frame;
  const kind = KINDS[tag % 32];
  const now = Date.now();
  const of = (type, messageType, more) => ({
    type,
    messageType,
    messageId: String(id),
    targetId: peer,
    timestamp: now,
    ...more,
  });
  const by = (way) => `${way} ${peer} ${id}`;
  if (isMessage(kind)) {
    if (asked.has(by(topic))) return undefined;
    if (expects) asked.set(by(topic), [third, now]);
    if (asked.size > MAX_QUESTIONS) asked.delete(asked.keys().next().value);
    return of(`message_${topic}`, third);
  }
  const key = by(kind === 'answer' && topic === 'sent' ? 'received' : 'sent');
  const [messageType, at] = asked.get(key) ?? [];
  if (at === undefined || (kind !== 'answer' && !topic.startsWith('ERR_'))) return undefined;
  asked.delete(key);
  if (kind !== 'answer') return of(topic === 'ERR_TIMEOUT' ? 'timeout' : 'error', messageType, { errorCode: topic });
  return of(`response_${topic}`, messageType, {
    success: third === true,
    ...(topic === 'sent' ? {} : { duration: now - at }),
  });
}
