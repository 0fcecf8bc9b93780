// Which flag each window has. Every window picks one and sends it to each peer that connects. Of two that picked the same, the
// one with the greater id picks again; if the two are not connected, a window that is connected to both tells them.

import { LETTERS } from './flags.js';

const HELLO = 'demo:hello';
const TAKEN = 'demo:taken';

export class Roster {
  #parley;
  #changed;
  // By the id under which this window knows the peer. Those who left stay, for the log to name them.
  #known = new Map();

  constructor(parley, role, changed) {
    this.#parley = parley;
    this.#changed = changed;
    this.me = { id: parley.instanceId, role, letter: remembered(role) ?? pick(LETTERS) };

    parley.on(HELLO, (hello, _respond, metadata) => {
      if (!isHello(hello)) return;
      this.#known.set(metadata.senderId, hello);
      if (hello.letter === this.me.letter && hello.id < this.me.id) this.#pickAgain([]);
      this.#arbitrate(hello.letter);
      this.#changed();
    });
    parley.on(TAKEN, (letters) => {
      if (Array.isArray(letters) && letters.includes(this.me.letter)) this.#pickAgain(letters);
      this.#changed();
    });
    parley.onSystem('system:connected', (peer) => this.#greet(peer.id));
    parley.onSystem('system:reconnected', (peer) => this.#greet(peer.id));
  }

  /** What that peer said of itself, or undefined before its hello has arrived. */
  of(peerId) {
    return this.#known.get(peerId);
  }

  #greet(targetId) {
    this.#tell(targetId, HELLO, this.me);
  }

  #tell(targetId, type, payload) {
    // A peer that left in the meantime is no news: its own event follows.
    this.#parley.send(type, payload, { targetId, expectsResponse: false }).catch(() => {});
  }

  get #present() {
    const connected = new Set(this.#parley.getConnectedTargets());
    return [...this.#known].filter(([peerId]) => connected.has(peerId));
  }

  get #taken() {
    return [this.me, ...this.#present.map(([, hello]) => hello)].map((hello) => hello.letter);
  }

  #arbitrate(letter) {
    const rivals = this.#present.filter(([, hello]) => hello.letter === letter);
    rivals.sort(([, a], [, b]) => (a.id < b.id ? -1 : 1));
    const first = rivals[0]?.[1].id;
    for (const [peerId, hello] of rivals) {
      // One window may be a peer twice, over two wires.
      if (hello.id !== first) this.#tell(peerId, TAKEN, this.#taken);
    }
  }

  #pickAgain(alsoTaken) {
    const taken = new Set([...this.#taken, ...alsoTaken]);
    const free = LETTERS.filter((letter) => !taken.has(letter));
    this.me = { ...this.me, letter: pick(free.length > 0 ? free : LETTERS) };
    remember(this.me);
    this.#parley.broadcast(HELLO, this.me).catch(() => {});
  }

  /** Called once the first look round is over, so that a reload keeps the flag it ended up with. */
  settle() {
    remember(this.me);
  }
}

function isHello(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.id === 'string' &&
    typeof value.role === 'string' &&
    LETTERS.includes(value.letter)
  );
}

function pick(letters) {
  return letters[Math.floor(Math.random() * letters.length)];
}

// Frames of one tab and one origin share a sessionStorage: the role keeps their flags apart.
function remembered(role) {
  try {
    const letter = sessionStorage.getItem(`demo:flag:${role}`);
    return LETTERS.includes(letter) ? letter : undefined;
  } catch {
    return undefined;
  }
}

function remember({ role, letter }) {
  try {
    sessionStorage.setItem(`demo:flag:${role}`, letter);
  } catch {
    // Storage is a convenience here: without it a reload gets another flag.
  }
}
