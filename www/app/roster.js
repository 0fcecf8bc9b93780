// Which flag each window flies. Nobody hands the flags out: every window picks one, tells each peer
// it meets, and of two that picked the same the one with the greater id picks again.

import { LETTERS } from './flags.js';

const HELLO = 'demo:hello';

export class Roster {
  #parley;
  #changed;
  #known = new Map();

  constructor(parley, role, changed) {
    this.#parley = parley;
    this.#changed = changed;
    this.me = { id: parley.instanceId, role, letter: remembered(role) ?? pick(LETTERS) };

    parley.on(HELLO, (hello, _respond, metadata) => {
      if (!isHello(hello)) return;
      this.#known.set(metadata.senderId, hello);
      if (hello.letter === this.me.letter && hello.id < this.me.id) this.#pickAgain();
      this.#changed();
    });
    parley.onSystem('system:connected', (peer) => this.#greet(peer.id));
    parley.onSystem('system:reconnected', (peer) => this.#greet(peer.id));
    parley.onSystem('system:disconnected', (peer) => this.#known.delete(peer.id));
  }

  /** What that peer said of itself, or undefined before its hello has arrived. */
  of(peerId) {
    return this.#known.get(peerId);
  }

  #greet(targetId) {
    // A peer that left between the event and the greeting is no news: its own event follows.
    this.#parley.send(HELLO, this.me, { targetId, expectsResponse: false }).catch(() => {});
  }

  #pickAgain() {
    const taken = new Set([...this.#known.values()].map((hello) => hello.letter));
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
