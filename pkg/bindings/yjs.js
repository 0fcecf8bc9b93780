// A provider for Yjs: a document, and its awareness, in tabs, frames and popups, across origins.
import { applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import { applyUpdate, encodeStateAsUpdate, encodeStateVector, mergeUpdates } from 'yjs';

/** Bytes of any realm. */
const isBytes = (value) => Object.prototype.toString.call(value) === '[object Uint8Array]';

/** How often documents are compared, ms: what was lost on a lossy link is repaired by then. */
const COMPARE_EVERY = 5000;

export class ParleyProvider {
  #parley;
  #type;
  #offs = [];
  #timer;
  #pending = [];
  #clients = new Map();
  #ended = false;

  constructor(parley, doc, { name = 'doc', awareness } = {}) {
    this.doc = doc;
    this.awareness = awareness;
    this.#parley = parley;
    this.#type = `yjs:${name}`;
    const onSystem = (event, handler) => this.#offs.push(parley.onSystem(event, handler));
    this.#offs.push(parley.on(this.#type, (message, _respond, { senderId }) => this.#heard(message, senderId)));
    onSystem('system:connected', ({ id }) => this.#greet(id));
    onSystem('system:reconnected', ({ id }) => this.#greet(id));
    onSystem('system:disconnected', ({ id }) => this.#gone(id));

    const updated = (update, origin) => this.#share(update, origin);
    doc.on('update', updated);
    this.#offs.push(() => doc.off('update', updated));
    if (awareness) {
      const changed = ({ added, updated: changes, removed }, origin) => {
        const clients = [...added, ...changes, ...removed];
        this.#send({ awareness: encodeAwarenessUpdate(awareness, clients) }, origin?.peer);
      };
      awareness.on('update', changed);
      this.#offs.push(() => awareness.off('update', changed));
    }
    const destroyed = () => this.destroy();
    doc.on('destroy', destroyed);
    this.#offs.push(() => doc.off('destroy', destroyed));
    for (const id of parley.getConnectedTargets()) this.#greet(id);
    this.#timer = setInterval(() => this.#send({ vector: encodeStateVector(doc) }), COMPARE_EVERY);
    this.#timer.unref?.();
    parley._ended.then(() => {
      this.#ended = true;
      this.destroy();
    });
  }

  /** Tells the others that this window's cursor is gone, and stops. The document stays. */
  destroy() {
    if (this.#timer === undefined) return;
    this.#flush();
    if (this.awareness) removeAwarenessStates(this.awareness, [this.doc.clientID], 'local');
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const off of this.#offs.splice(0)) off();
  }

  /** Updates of one turn of the event loop go as one. What one peer sent goes to all others. */
  #share(update, origin) {
    const from = origin?.provider === this ? origin.peer : undefined;
    const last = this.#pending.at(-1);
    if (last !== undefined && last.from === from) last.updates.push(update);
    else this.#pending.push({ from, updates: [update] });
    if (this.#pending.length === 1 && this.#pending[0].updates.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush() {
    for (const { from, updates } of this.#pending.splice(0)) {
      this.#send({ update: updates.length > 1 ? mergeUpdates(updates) : updates[0] }, from);
    }
  }

  #greet(id) {
    this.#compare(id);
    const clients = this.awareness ? [...this.awareness.getStates().keys()] : [];
    if (clients.length > 0) this.#post(id, { awareness: encodeAwarenessUpdate(this.awareness, clients) });
  }

  /** Asks a peer for what is missing here, and tells it what is missing there. */
  #compare(id) {
    this.#post(id, { vector: encodeStateVector(this.doc), answer: true });
  }

  #heard(message, peer) {
    if (typeof message !== 'object' || message === null) return;
    const { vector, answer, update, awareness } = message;
    const origin = { provider: this, peer };
    if (isBytes(update)) {
      applyUpdate(this.doc, update, origin);
      // It builds on something that was lost on the way.
      if (this.doc.store.pendingStructs !== null) this.#compare(peer);
    }
    if (isBytes(vector)) {
      const missing = encodeStateAsUpdate(this.doc, vector);
      // Two bytes: no structs, no deletions.
      if (missing.length > 2) this.#post(peer, { update: missing });
      if (answer) this.#post(peer, { vector: encodeStateVector(this.doc) });
    }
    if (isBytes(awareness) && this.awareness) {
      const before = new Set(this.awareness.getStates().keys());
      applyAwarenessUpdate(this.awareness, awareness, origin);
      for (const client of this.awareness.getStates().keys()) {
        if (!before.has(client)) this.#clients.set(client, peer);
      }
    }
  }

  /** Cursors that came through a peer that has gone. Those that come another way as well are told again by it. */
  #gone(peer) {
    const clients = [...this.#clients].filter(([, by]) => by === peer).map(([client]) => client);
    for (const client of clients) this.#clients.delete(client);
    if (this.awareness && clients.length > 0) removeAwarenessStates(this.awareness, clients, { provider: this, peer });
  }

  /** To every connected peer but one. */
  #send(message, except) {
    if (this.#ended) return;
    for (const id of this.#parley.getConnectedTargets()) if (id !== except) this.#post(id, message);
  }

  async #post(targetId, message) {
    try {
      await this.#parley.send(this.#type, message, { targetId, expectsResponse: false });
    } catch {
      // The peer has gone, or this Parley was destroyed: documents are compared when they are connected again.
    }
  }
}

const ENDS = {
  dispose() {
    this.destroy();
  },
  async asyncDispose() {
    this.destroy();
  },
};
for (const [name, value] of Object.entries(ENDS)) {
  if (Symbol[name])
    Object.defineProperty(ParleyProvider.prototype, Symbol[name], { value, writable: true, configurable: true });
}
