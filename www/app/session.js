// One window's part in the demo: its Parley, the shared state, and the log of messages and changes.
// Everything on the screen is drawn from here, and the same code runs in pages, frames and popups.

import { Parley, SyncedState } from '../pkg/index.js';
import { inspect } from '../pkg/inspector.js';
import { History } from './history.js';
import { Roster } from './roster.js';

const INITIAL = { count: 0, note: '', theme: 'system', by: null, muster: null };
const MUSTER_LASTS_MS = 3000;
const SYSTEM = [
  'system:connected',
  'system:reconnected',
  'system:suspended',
  'system:disconnected',
  'system:connection_lost',
  'system:rejected',
];

export class Session extends EventTarget {
  #since = Date.now();
  #muster = null;
  #pings = new Map();

  /** role: 'main' | 'frame' | 'widget' | 'popup'; channel: joins the tabs of this origin. */
  constructor({ role, origins, channel }) {
    super();
    this.role = role;
    this.parley = Parley.create({ allowedOrigins: origins, ...(channel ? { channel } : {}) });
    this.state = new SyncedState(this.parley, INITIAL, { name: 'demo' });
    inspect(this.parley, { name: `Demo: ${role}` });
    this.history = new History(() => this.#emit('log'));
    this.roster = new Roster(this.parley, role, () => this.#emit('peers'));
    this.#listen();
    this.ready = this.#settle();
  }

  #listen() {
    const { parley, state } = this;
    parley.on('demo:ping', () => 'pong');
    parley.on('demo:wave', (payload, _respond, metadata) => {
      this.#record('in', 'demo:wave', metadata, payload);
      this.#emit('wave', { from: metadata.senderId });
    });
    parley.on('demo:ask', (payload, _respond, metadata) => {
      this.#record('in', 'demo:ask', metadata, payload);
      return { width: innerWidth, height: innerHeight, count: state.get('count') };
    });
    for (const event of SYSTEM) {
      parley.onSystem(event, (data) => {
        this.history.add({
          kind: 'system',
          type: event,
          from: data.id ? this.nameOf(data.id) : undefined,
          origin: data.origin,
          payload: data.reason
            ? { reason: data.reason }
            : data.code
              ? { code: data.code, count: data.count }
              : undefined,
        });
        this.#emit('system', { event, data });
        this.#emit('peers');
      });
    }
    for (const event of ['system:connected', 'system:reconnected']) {
      parley.onSystem(event, (peer) => this.#measure(peer.id));
    }
    parley.onSystem('system:connection_state_changed', () => this.#emit('peers'));
    // Three parameters: a listener that declares only two is not told about the change itself.
    state.subscribe((now, before, change) => {
      this.#recordChange(now, change);
      this.#emit('state', { now, before, change });
      this.#answerMuster(now.muster);
    });
  }

  async #settle() {
    await Promise.all([this.parley.ready, this.state.ready]);
    this.roster.settle();
    this.#emit('state', { now: this.state.getState() });
    this.#emit('peers');
  }

  /** The peers as the screen shows them: what the library reports, and the flag of each. */
  get peers() {
    return this.parley.peers.map((peer) => ({
      ...peer,
      id: peer.id,
      latency: peer.latency ?? this.#pings.get(peer.id),
      ...this.nameOf(peer.id),
    }));
  }

  nameOf(peerId) {
    const hello = this.roster.of(peerId);
    return { peerId, letter: hello?.letter, role: hello?.role, shortId: peerId.slice(0, 8) };
  }

  add(by) {
    const { state } = this;
    const mine = { letter: this.roster.me.letter, id: this.parley.instanceId };
    if (!this.canMuster) return this.#report(state.setState((s) => ({ count: s.count + by, by: mine })));
    // Two writes of one turn: they travel as one message and are seen together.
    return this.#report(Promise.all([state.increment('count', by), state.setState({ by: mine })]));
  }

  set(updates) {
    return this.#report(this.state.setState(updates));
  }

  /** Whether adding is merged, so that additions of the same moment all count. */
  get canMuster() {
    return typeof this.state.increment === 'function';
  }

  /** Asks every window the state reaches, relayed ones included, to add one, all at the same moment. */
  musterAll() {
    return this.set({ muster: { id: `${this.parley.instanceId}:${performance.now()}`, at: Date.now() } });
  }

  // A call from before this window was there, or from while it was apart, is not answered late.
  #answerMuster(muster) {
    if (!muster || muster.id === this.#muster) return;
    this.#muster = muster.id;
    if (muster.at > this.#since && Date.now() - muster.at < MUSTER_LASTS_MS) this.add(1);
  }

  async wave() {
    const payload = { from: this.roster.me.letter };
    this.#record('out', 'demo:wave', undefined, payload);
    await this.#report(this.parley.broadcast('demo:wave', payload));
    return this.peers.filter((peer) => peer.state === 'connected').length;
  }

  /** Round trips to everyone, in milliseconds; a peer that does not answer has an error instead. */
  async pingAll() {
    const peers = this.peers.filter((peer) => peer.state === 'connected');
    const results = await Promise.all(peers.map((peer) => this.ping(peer.id)));
    this.#emit('peers');
    return results;
  }

  async ping(targetId) {
    const { result, error, ms } = await this.#timed('demo:ping', undefined, targetId);
    if (!error) this.#pings.set(targetId, ms);
    this.#record('out', 'demo:ping', { senderId: targetId }, error?.code, ms);
    return { targetId, error, ms };
  }

  /** The library measures in its own time; one round trip at the start fills the column until then. */
  async #measure(targetId) {
    const { error, ms } = await this.#timed('demo:ping', undefined, targetId);
    if (!error) this.#pings.set(targetId, ms);
    this.#emit('peers');
  }

  async ask(targetId) {
    const question = 'how large are you?';
    const answer = await this.#timed('demo:ask', question, targetId);
    this.#record('out', 'demo:ask', { senderId: targetId }, answer.error?.code ?? answer.result, answer.ms);
    return answer;
  }

  async #timed(type, payload, targetId) {
    const start = performance.now();
    try {
      const result = await this.parley.send(type, payload, { targetId });
      return { result, ms: performance.now() - start };
    } catch (error) {
      return { error, ms: performance.now() - start };
    }
  }

  #record(kind, type, metadata, payload, ms) {
    this.history.add({
      kind,
      type,
      from: metadata ? this.nameOf(metadata.senderId) : undefined,
      origin: metadata?.origin ?? this.parley.peers.find((peer) => peer.id === metadata?.senderId)?.origin,
      payload,
      ms,
    });
  }

  #recordChange(now, { keys, origin, from }) {
    // Who wrote last goes along with what was written: no line of its own.
    const written = keys.filter((key) => key !== 'by');
    if (written.length === 0) return;
    const local = origin === 'local';
    this.history.add({
      kind: 'state',
      type: written.join(', '),
      from: local ? { letter: this.roster.me.letter, self: true } : from && this.nameOf(from.id),
      origin: local ? location.origin : from?.origin,
      payload: Object.fromEntries(written.map((key) => [key, now[key]])),
    });
  }

  async #report(promise) {
    try {
      return await promise;
    } catch (error) {
      this.history.add({ kind: 'error', type: error.code ?? error.name, payload: error.message });
      return undefined;
    }
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
