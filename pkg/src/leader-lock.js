// Leadership as a Web Lock: its holder leads, and the browser passes it on when the holder closes or crashes.
//
// A holder that hangs keeps its lock, so those who wait ask over a channel whether it is there, and take the lock away
// from one that does not answer. It takes longer than it takes a holder to doubt itself: one that has hung leads only
// after the lock manager has told it that it still holds.
import { Pulse } from './pulse.js';
import { inTime, later, onTime } from './timers.js';

const TICK = 400;
/** A holder that answered so lately is not asked again, ms. */
const ANSWER_VALID = 300;
/** A question that nobody answered for so long was put to nobody, ms. */
const ANSWER_TIMEOUT = 1700;
/** With less than this left of it a hidden page no longer trusts its timers, ms. */
const HIDDEN_MARGIN = 1000;
/** Whoever took the lock away leads after this: the old holder has heard of it by then, or hangs, and doubts itself. */
const TAKEOVER_DELAY = 150;
/** For so long after taking a lock nobody else takes it. */
const EXCLUSIVE_DURATION = 300;
/** A holder that was asked in this time is watched, hidden or not, ms. */
const WATCH_DURATION = 10_000;
const ATTEMPTS = 5;

export class LockLeader {
  leads = false;
  #name;
  #changed;
  #failed;
  #locks = navigator.locks;
  #channel;
  /** The number of the request that counts: answers to those before it are stale. */
  #turn = 0;
  #release;
  #abort;
  #client;
  #asked;
  #answered = 0;
  #watched = -WATCH_DURATION;
  #pulse = new Pulse();
  #doubting = false;
  #timer;
  #attempts = 0;

  /** `changed()` is called after `leads` has changed; `failed()` if there are no locks to be had here. */
  constructor(name, changed, failed) {
    this.#name = name;
    this.#changed = changed;
    this.#failed = failed;
    this.resume();
  }

  /** Whether this window leads, now: not what it knew before it slept. */
  get certain() {
    if (this.leads && this.#hasSlept()) this.#doubt();
    return this.leads && !this.#doubting;
  }

  stepDown() {
    if (!this.#release) return;
    const release = this.#drop();
    // Behind those who wait: the lock is still held when the request is made.
    this.#request();
    release();
  }

  destroy() {
    this.pause();
  }

  resume() {
    if (this.#channel) return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.unref?.();
    this.#channel.onmessage = ({ data }) => (data === 'ask' ? this.#onAsk() : this.#onHere());
    this.#pulse.beat();
    this.#asked = undefined;
    this.#attempts = ATTEMPTS;
    this.#request();
    this.#arm();
  }

  /** The page leaves, sleeps or is done: it lets go of everything that would keep others waiting, or it out of the cache. */
  pause() {
    if (!this.#channel) return;
    this.#channel.close();
    this.#channel = undefined;
    this.#timer?.();
    if (this.#release) this.#drop()();
    else this.#forget();
  }

  /** Ends the request that counts. */
  #forget() {
    this.#turn += 1;
    this.#abort?.abort();
    this.#abort = undefined;
  }

  /** Stops leading; returns what lets go of the lock. */
  #drop() {
    const release = this.#release;
    this.#release = undefined;
    this.#forget();
    this.#doubting = false;
    this.#lead(false);
    return release;
  }

  #lead(leads) {
    if (this.leads === leads) return;
    this.leads = leads;
    this.#changed();
  }

  #request(steal = false) {
    this.#forget();
    const turn = this.#turn;
    const current = () => turn === this.#turn;
    if (!steal) this.#abort = new AbortController();
    const granted = () => {
      if (!current()) return undefined;
      return new Promise((resolve) => {
        this.#release = resolve;
        this.#onHeld(steal, current);
      });
    };
    const refused = ({ name }) => {
      if (!current()) return;
      const held = this.#release !== undefined;
      if (held) this.#drop();
      else this.#forget();
      // Also a lock that is granted while a script waits in window.open() is taken back (Chromium).
      if (held || (name === 'AbortError' && --this.#attempts > 0)) later(() => this.#again(), held ? 0 : 10);
      else if (name === 'SecurityError' || name === 'NotSupportedError') this.#failed();
      else later(() => this.#again(), TICK);
    };
    try {
      this.#locks.request(this.#name, steal ? { steal } : { signal: this.#abort.signal }, granted).catch(refused);
    } catch (error) {
      refused(error);
    }
  }

  /** A request, unless another has been made or the page sleeps. */
  #again() {
    if (this.#channel && !this.#abort && !this.#release) this.#request();
  }

  #onHeld(stolen, current) {
    this.#abort = undefined;
    this.#asked = undefined;
    this.#attempts = ATTEMPTS;
    this.#pulse.beat();
    this.#say('here');
    const { query } = this.#locks;
    this.#client = undefined;
    if (query)
      this.#holder().then(
        (client) => void (current() && (this.#client = client)),
        () => {},
      );
    if (!stolen) return this.#lead(true);
    onTime(() => current() && this.#release && this.#lead(true), TAKEOVER_DELAY);
  }

  /** The client that holds the lock, by the name the lock manager has for it. */
  async #holder() {
    const { held } = await this.#locks.query();
    return held.find(({ name }) => name === this.#name)?.clientId;
  }

  #hasSlept() {
    return this.#pulse.stopped(performance.now() - this.#watched < WATCH_DURATION);
  }

  /** This window slept: whether it still holds is for the lock manager to say. */
  async #doubt() {
    if (this.#doubting) return;
    this.#doubting = true;
    const turn = this.#turn;
    let holds;
    try {
      const client = await this.#holder();
      holds = client !== undefined && (this.#client === undefined || client === this.#client);
    } catch {
      // Some frames may not ask who holds. What the manager has to say of a theft, it says before it grants a later request.
      await this.#locks.request(`${this.#name}:${Math.random()}`, () => {}).catch(() => {});
      holds = true;
    }
    if (turn !== this.#turn) return;
    this.#doubting = false;
    this.#pulse.beat();
    if (holds) return this.#changed();
    this.#drop();
    this.#again();
  }

  #say(word) {
    this.#channel?.postMessage(word);
  }

  #onAsk() {
    if (!this.#release) {
      this.#asked ??= performance.now();
      return;
    }
    this.#watched = performance.now();
    if (this.#hasSlept()) this.#doubt();
    else {
      this.#pulse.beat();
      this.#say('here');
    }
  }

  #onHere() {
    this.#asked = undefined;
    this.#answered = performance.now();
    if (this.#release) this.#doubt();
  }

  #arm() {
    if (!this.#channel) return;
    this.#timer?.();
    const left = this.#asked === undefined ? Infinity : this.#asked + ANSWER_TIMEOUT - performance.now();
    this.#timer = inTime(() => this.#tick(), TICK, left, HIDDEN_MARGIN);
  }

  #tick() {
    const slept = this.#hasSlept();
    const now = performance.now();
    if (slept && this.leads) this.#doubt();
    else this.#pulse.beat();
    if (this.#release) {
      // Whoever holds is asked.
    } else if (slept) {
      // Whoever slept has heard nobody.
      this.#asked = undefined;
    } else if (this.#asked !== undefined && now - this.#asked >= ANSWER_TIMEOUT) this.#steal();
    else if (now - this.#answered >= ANSWER_VALID) {
      this.#say('ask');
      this.#asked ??= now;
    }
    this.#arm();
  }

  /** Takes the lock from a holder that does not answer; one window at a time, for the next would take it from this one. */
  #steal() {
    this.#asked = undefined;
    const turn = this.#turn;
    this.#locks
      .request(`${this.#name}:taking`, { ifAvailable: true }, async (alone) => {
        if (!alone || turn !== this.#turn || this.#release) return;
        this.#request(true);
        await new Promise((resolve) => onTime(resolve, EXCLUSIVE_DURATION));
      })
      .catch(() => {});
  }
}
