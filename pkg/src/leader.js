// Exactly one of the windows that ask for it leads.
import { listen } from '../wasm/host/browser.js';
import { makeError } from '../wasm/host/errors.js';
import { bindMethods, makeDisposable, makeInspectable } from '../wasm/parley_sync.js';
import { LockLeader } from './leader-lock.js';
import { VoteLeader } from './leader-vote.js';
import { Listeners, nameOf } from './listeners.js';

const names = new WeakMap();

/**
 * The Leaders of this page for each channel and name, newest last: only the newest is a candidate. After a hot replacement
 * the Parley before lives on, and nobody uses what its Leader leads.
 */
const inThisPage = new Map();

const hasLocks = () =>
  typeof globalThis.navigator?.locks?.request === 'function' && typeof globalThis.BroadcastChannel === 'function';

export class Leader {
  #parley;
  #name;
  #way;
  #listeners;
  #unwatch = () => {};
  #leave = () => {};
  #rests = false;

  constructor(parley, options) {
    const name = nameOf('Leader', parley, options);
    bindMethods(this, Leader);
    const taken = names.get(parley) ?? new Set();
    if (taken.has(name)) {
      throw makeError('ERR_DUPLICATE_NAME', `this Parley has a Leader named '${name}' already: give each its own name`);
    }
    this.#parley = parley;
    this.#name = name;
    this.#listeners = new Listeners(
      () => this.isLeader,
      (error) => parley._report(error),
    );
    const changed = () => this.#listeners.tell();
    const vote = () => new VoteLeader(parley, name, changed);
    const channel = parley._channel;
    if (channel === undefined || !hasLocks()) this.#way = vote();
    else {
      // A prefix of its own: locks under the mesh's are taken for windows.
      const lock = `parley-sync-leader:${JSON.stringify([channel, name])}`;
      this.#way = new LockLeader(lock, changed, () => {
        this.#way?.destroy();
        if (this.#way) this.#way = vote();
      });
    }
    names.set(parley, taken.add(name));
    this.#watchPage();
    if (channel !== undefined && typeof document === 'object') this.#takeOver(JSON.stringify([channel, name]));
    parley._ended.then(() => this.destroy());
  }

  /** The Leader before it in this page rests until this one is destroyed. */
  #takeOver(key) {
    const leaders = inThisPage.get(key) ?? [];
    inThisPage.set(key, leaders);
    leaders.at(-1)?.#rest(true);
    leaders.push(this);
    this.#leave = () => {
      const wasNewest = leaders.at(-1) === this;
      leaders.splice(leaders.indexOf(this), 1);
      if (wasNewest) leaders.at(-1)?.#rest(false);
      if (leaders.length === 0) inThisPage.delete(key);
    };
  }

  #rest(rests) {
    this.#rests = rests;
    if (rests) this.#way?.pause();
    else this.#way?.resume();
  }

  /** Whoever is put to sleep leaves the lead to those who are awake; and a page that holds a lock is not kept in the cache. */
  #watchPage() {
    if (typeof document !== 'object' || typeof globalThis.addEventListener !== 'function') return;
    const sleeps = () => this.#way?.pause();
    const wakes = () => this.#rests || this.#way?.resume();
    const events = { freeze: sleeps, pagehide: sleeps, resume: wakes, pageshow: wakes };
    const stops = Object.entries(events).map(([event, act]) => listen(globalThis, event, act, true));
    this.#unwatch = () => stops.forEach((stop) => stop());
  }

  get isLeader() {
    // A destroyed Parley has no ids.
    return this.#way !== undefined && !this.#rests && this.#parley._uids.length > 0 && this.#way.certain;
  }

  subscribe(listener) {
    if (!this.#way) throw makeError('ERR_DESTROYED', 'the Leader was destroyed');
    return this.#listeners.add(listener);
  }

  stepDown() {
    this.#way?.stepDown();
  }

  destroy() {
    const way = this.#way;
    if (!way) return;
    this.#way = undefined;
    names.get(this.#parley)?.delete(this.#name);
    this.#unwatch();
    way.destroy();
    this.#leave();
    this.#listeners.tell();
    this.#listeners.clear();
  }
}

makeDisposable(Leader);
makeInspectable(Leader, 'Leader', ({ isLeader }) => ({ isLeader }));
