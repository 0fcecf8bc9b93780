// How long this window has not run: a page that slept or hung must not believe what it knew before. This is what keeps two windows
// from leading: a leader that did not run for 1.3 s does not lead until the lock manager, or the others, have confirmed it.
const MAX_GAP = 1300;
/** Hidden pages' timers run once a minute after a while: then a long pause says nothing. */
const HIDDEN = 61_500;
const HIDDEN_AFTER = 270_000;

export class Pulse {
  #last = performance.now();
  #hidden;

  /** Whether it has been too long since the last sign of life for what was known then to count. */
  stopped(isWatched = false) {
    return performance.now() - this.#last > (this.isDrowsy() && !isWatched ? HIDDEN : MAX_GAP);
  }

  beat() {
    this.#last = performance.now();
  }

  /** Whether timers of this page may be slowed down to one a minute. */
  isDrowsy() {
    if (globalThis.document?.visibilityState !== 'hidden') this.#hidden = undefined;
    else this.#hidden ??= performance.now();
    return performance.now() - this.#hidden > HIDDEN_AFTER;
  }
}
