// One link under control: frames pass, wait, or are dropped, in both directions.

/** Frames that keep a connection alive: a paused link stays connected. */
const HEARTBEATS = new Set(['ping', 'pong']);

export const MODES = ['open', 'paused', 'delayed', 'lossy', 'cut'];

/** Frames that wait at most, for each link; beyond it the link lets them go. */
const MOST_WAITING = 10_000;

export class Gate {
  mode = 'open';
  /** Milliseconds by which a frame of a 'delayed' link comes later. */
  delay = 0;
  /** The share of frames that a 'lossy' link drops, 0 to 1. */
  loss = 0;
  dropped = 0;
  #frozen = false;
  #waiting = [];
  #timer;
  #pass;
  #random;

  /** `pass` lets a frame go on: `pass({ received, frame, toAll, transfer })`. */
  constructor(pass, random = Math.random) {
    this.#pass = pass;
    this.#random = random;
  }

  get waiting() {
    return this.#waiting.length;
  }

  set({ mode = 'open', delay = 0, loss = 0 }) {
    if (!MODES.includes(mode)) throw new RangeError(`a link is ${MODES.join(', ')}, not '${mode}'`);
    [this.mode, this.delay, this.loss] = [mode, delay, loss];
    this.#go();
  }

  /** A frozen window holds everything, whatever its links are set to. */
  freeze(frozen) {
    this.#frozen = frozen;
    this.#go();
  }

  /** Whether this frame does not go on now. */
  holds(kind, entry) {
    if (!this.#frozen) {
      if (this.mode === 'open' && this.#waiting.length === 0) return false;
      const isDropped = this.mode === 'cut' || (this.mode === 'lossy' && this.#random() < this.loss);
      if (isDropped) {
        this.dropped += 1;
        return true;
      }
      if (HEARTBEATS.has(kind)) return false;
      if (this.mode === 'lossy' && this.#waiting.length === 0) return false;
    }
    let kept = entry;
    if (!entry.received) {
      try {
        // What the sender does to its objects from now on changes nothing.
        const { frame, transfer } = entry;
        const copied = structuredClone({ frame, transfer }, { transfer: transfer ?? [] });
        kept = { ...entry, ...copied };
      } catch {
        // It goes on, and its sender gets the error.
        return false;
      }
    }
    this.#waiting.push({ ...kept, due: this.mode === 'delayed' ? Date.now() + this.delay : 0 });
    if (this.#waiting.length > MOST_WAITING) this.#pass(this.#waiting.shift());
    this.#go();
    return true;
  }

  /** Lets everything go and forgets it: nobody controls the link any more. */
  open() {
    this.#frozen = false;
    this.set({});
  }

  /** Nothing goes on: the other side is gone. */
  close() {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  /** Passes on, in their order, the frames that are due; what a cut link had waiting is lost. */
  #go() {
    clearTimeout(this.#timer);
    if (this.#frozen || this.mode === 'paused') return;
    if (this.mode === 'cut') {
      this.dropped += this.#waiting.length;
      this.#waiting = [];
      return;
    }
    while (this.#waiting.length > 0) {
      const pause = this.mode === 'delayed' ? this.#waiting[0].due - Date.now() : 0;
      if (pause > 0) {
        this.#timer = setTimeout(() => this.#go(), pause);
        return;
      }
      this.#pass(this.#waiting.shift());
    }
  }
}
