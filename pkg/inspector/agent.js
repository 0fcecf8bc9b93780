// The part of the inspector in a window that is inspected: it watches one Parley, keeps what happened last, and controls its links.
import { KINDS, described, isMessage, sizeOf } from '../wasm/host/log.js';
import { Gate } from './gate.js';
import { preview } from './preview.js';
import { States } from './states.js';

/** What is remembered of the timeline. */
const REMEMBERED = 500;

/** How long after a frame of a state the states are read, ms. */
const READ_AFTER = 50;

/** Topics of the log that the timeline has from elsewhere, or too often. */
const OMITTED = new Set(['sent', 'received', 'system:connection_state_changed', 'analytics']);

const countOf = () => ({ frames: 0, bytes: 0 });

export class Agent {
  name;
  #parley;
  #links = new Map();
  #timeline = [];
  #count = 0;
  #frozen = false;
  #states;
  #reading;

  constructor(parley, name) {
    this.#parley = parley;
    this.name = name;
    this.#states = new States(parley, (write) => this.#wrote(write));
    this.#states.read();
    parley._tap((what, ...rest) =>
      typeof what === 'string' ? this.#topic(what, ...rest) : this.#frame(what, ...rest),
    );
  }

  get uid() {
    return this.#parley._uids[0];
  }

  /** A topic of the log: a system event, a refusal, a warning. */
  #topic(topic, data) {
    if (OMITTED.has(topic)) return;
    if (topic === 'system:disconnected') {
      this.#links.get(data.id)?.gate.close();
      this.#links.delete(data.id);
    }
    const said = described(topic, data);
    if (!said) return;
    this.#add({
      type: topic.startsWith('system:') ? topic.slice(7) : topic,
      level: said.level,
      peer: typeof data?.id === 'string' ? data.id : undefined,
      code: data?.code,
      text: said.message.slice(0, 500),
    });
  }

  /** A frame on its way; whether it is held back. */
  #frame(received, peer, frame, toAll, transfer) {
    const way = received ? 'received' : 'sent';
    const kind = KINDS[frame[0] % 32] ?? 'unknown';
    const link = this.#link(peer);
    const entry = { received, frame, toAll, transfer };
    const dropped = link.gate.dropped;
    const held = link.gate.holds(kind, entry);
    const bytes = sizeOf(frame);
    if (link.gate.dropped === dropped) {
      link[way].frames += 1;
      link[way].bytes += bytes ?? 0;
    }
    if (entry.received) this.#states.heard(kind, frame, peer);
    if (kind === 'batch' || kind === 'delta') this.#readSoon();
    if (kind !== 'ping' && kind !== 'pong') {
      const about = isMessage(kind) ? frame[2] : typeof frame[1] === 'string' ? frame[1] : '';
      this.#add({
        type: kind,
        way,
        peer,
        bytes,
        fate: !held ? undefined : link.gate.dropped > dropped ? 'dropped' : 'held',
        text: [about, isMessage(kind) || kind === 'answer' ? preview(frame[3]) : ''].filter(Boolean).join(' '),
      });
    }
    return held;
  }

  #wrote({ state, key, value, isDeleted, isOwn, writer, at, by, candidates }) {
    this.#add({
      type: 'write',
      at,
      writer,
      peer: by,
      isOwn,
      text: `${state}.${key} ${isDeleted ? 'deleted' : `= ${value}`}`,
      conflict: candidates.length > 1 ? candidates.length : undefined,
    });
  }

  #add(entry) {
    const timeline = this.#timeline;
    timeline.push({ number: ++this.#count, at: Date.now(), ...entry });
    if (timeline.length > REMEMBERED * 2) timeline.splice(0, timeline.length - REMEMBERED);
  }

  #link(peer) {
    let link = this.#links.get(peer);
    if (!link) {
      const gate = new Gate(({ received, frame, toAll, transfer }) =>
        this.#parley._pass(received, peer, frame, received ? toAll : transfer),
      );
      gate.freeze(this.#frozen);
      link = { gate, sent: countOf(), received: countOf() };
      this.#links.set(peer, link);
    }
    return link;
  }

  /** Reads the states a moment after a frame of theirs: of several frames once. */
  #readSoon() {
    if (this.#reading !== undefined) return;
    this.#reading = setTimeout(() => {
      this.#reading = undefined;
      if (this.uid !== undefined) this.#states.read();
    }, READ_AFTER);
    this.#reading.unref?.();
  }

  /** Everything there is to show, as plain values; of the timeline what came after `since`. */
  report(since = 0) {
    const { instanceId, peers } = this.#parley;
    const [flat] = this.#parley._inspect();
    const wires = new Map();
    for (let at = 0; at < flat.length; at += 3) wires.set(flat[at], { uid: flat[at + 1], wire: flat[at + 2] });
    const links = peers
      .filter(({ state }) => state !== 'connecting')
      .map((info) => {
        const { gate, sent, received } = this.#link(info.id);
        const { mode, delay, loss, waiting, dropped } = gate;
        return {
          ...info,
          ...wires.get(info.id),
          sent: { ...sent },
          received: { ...received },
          gate: { mode, delay, loss, waiting, dropped },
        };
      });
    const states = this.#states.read();
    return {
      window: { uid: this.uid, id: instanceId, name: this.name, place: place(), frozen: this.#frozen },
      links,
      states,
      timeline: this.#timeline.filter(({ number }) => number > since).slice(-REMEMBERED),
      count: this.#count,
    };
  }

  /** Carries out what a button says. What it does not know is ignored. */
  command({ do: what, peer, ...settings }) {
    if (what === 'freeze') {
      this.#frozen = settings.frozen === true;
      for (const { id } of this.#parley.peers) this.#link(id);
      for (const { gate } of this.#links.values()) gate.freeze(this.#frozen);
    } else if (what === 'link' && this.#parley.peers.some(({ id }) => id === peer)) {
      const { gate } = this.#link(peer);
      const wasLosing = gate.mode === 'cut' || gate.mode === 'lossy';
      gate.set(settings);
      // What was lost is found by comparing: now, and not with the next beat.
      if (wasLosing && gate.mode !== 'cut') this.#parley._resync();
    }
  }

  stop() {
    clearTimeout(this.#reading);
    for (const { gate } of this.#links.values()) gate.open();
    if (this.uid !== undefined) this.#parley._tap(undefined);
  }
}

/** Where this window is, in words. */
function place() {
  if (typeof location !== 'undefined' && location?.href) return location.href;
  return typeof process !== 'undefined' && process.versions?.node ? `Node ${process.version}` : '';
}
