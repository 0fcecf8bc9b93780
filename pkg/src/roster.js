// The roster of Presence and Leader: one entry for each window, in a state they share.
//
// An entry holds a value and the ids of its window's peers. A window is alive if it can be reached from this one through these
// lists, beginning with this window's own peers. So a window that died is gone as soon as its neighbours notice, without a write
// by anyone, and so is every window that was there only through it. Its entry is deleted later, at a random moment, by one of
// those who noticed.
//
// Of several Parleys in one page, as a hot replacement leaves them, only the last is shown as long as it lives. The others stay
// on the roster: they may be the way to it.
import { SyncedState } from '../wasm/parley_sync.js';
import { placeOf } from './page.js';
import { later } from './timers.js';

/** When an entry nobody stands behind is deleted, ms: at a random moment, so that one window does it for all. */
const REMOVE_ORPHAN = [300, 1500];
/** The same for one of whom this window only knows that nobody leads to it. */
const REMOVE_UNREACHABLE = [10_000, 15_000];
/** A peer that says it is on the roster, or does not say, is heard within this time, or not waited for, ms. */
const ENTRY_TIMEOUT = 800;
/** At most so often does a window that was deleted by mistake write itself again, ms. */
const RETURN = 200;

/** Deleted entries that are remembered: one that comes back all the same is deleted again, for nobody leads to it. */
const REMEMBERED = 32;

const at = ([from, to]) => performance.now() + from + Math.random() * (to - from);

const isEntry = (entry) =>
  typeof entry === 'object' && entry !== null && typeof entry.id === 'string' && Array.isArray(entry.sees);

const isPlace = (place) => Array.isArray(place) && typeof place[1] === 'number';

export class Roster {
  #parley;
  #state;
  #uid;
  #value;
  #place;
  #changed;
  #sees = new Set();
  #asks;
  /** Peers that may be on the roster, and have not been heard. */
  #owing = new Set();
  #lost = new Set();
  #doomed = new Map();
  #timer;
  #returning;
  #ends = [];

  /** `changed()` is called when anything may have: an entry, or who is reached. `asks`: peers are asked if they are on it. */
  constructor(parley, name, value, changed, asks = false) {
    this.#parley = parley;
    this.#state = new SyncedState(parley, {}, { name, limits: { tombstones: REMEMBERED } });
    this.#uid = parley._uids[0];
    this.#value = value;
    this.#place = placeOf(parley);
    this.#changed = changed;
    this.#asks = asks && `${name}:there`;
    if (asks) this.#ends.push(parley.on(this.#asks, () => true));
    const met = () => this.#look();
    this.#ends.push(
      this.#state.subscribe((now, before, { keys, origin }) => {
        if (origin === 'local') return;
        if (keys.includes(this.#uid)) this.#return();
        this.#update();
      }),
      parley.onSystem('system:connected', met),
      parley.onSystem('system:reconnected', met),
      parley.onSystem('system:suspended', () => this.#look('suspended')),
      parley.onSystem('system:disconnected', ({ reason }) => this.#look(reason)),
    );
    this.#look();
    this.#write();
  }

  /** What this window says of itself. */
  set(value) {
    this.#value = value;
    this.#write();
  }

  /** The living, neither this window nor a replaced Parley among them: uid and entry, the nearest first. */
  living() {
    const found = this.#reached();
    const last = this.#lastInPage(found);
    for (const [uid, { place }] of found) if (isPlace(place) && place[1] < last.get(place[0])) found.delete(uid);
    return found;
  }

  /** Whether a later Parley of this page is on the roster. */
  isReplaced() {
    const [page, number] = this.#place ?? [];
    return number < this.#lastInPage(this.#reached()).get(page);
  }

  /** The highest number of each page. */
  #lastInPage(found) {
    const last = new Map();
    const places = [this.#place, ...Array.from(found.values(), ({ place }) => place)].filter(isPlace);
    for (const [page, number] of places) last.set(page, Math.max(number, last.get(page) ?? 0));
    return last;
  }

  /** Everyone who is reached. */
  #reached() {
    const entries = this.#state.getState();
    const found = new Map();
    const queue = [...this.#sees];
    const met = new Set([this.#uid, ...queue]);
    for (const uid of queue) {
      const entry = Object.hasOwn(entries, uid) ? entries[uid] : undefined;
      if (!isEntry(entry)) continue;
      found.set(uid, entry);
      for (const next of entry.sees) {
        if (typeof next !== 'string' || met.has(next) || this.#isGhost(next, entries)) continue;
        met.add(next);
        queue.push(next);
      }
    }
    return found;
  }

  /** Whether a peer has yet to say if it is on the roster, or to be heard. */
  awaits() {
    return this.#owing.size > 0;
  }

  /** Off the roster, everywhere. */
  destroy() {
    for (const end of this.#ends.splice(0)) end();
    this.#timer?.();
    this.#returning?.();
    this.#state.delete(this.#uid).catch(() => {});
    this.#state.destroy();
  }

  /** A window that frozen ones still list, but whose end this one has seen itself. */
  #isGhost(uid, entries) {
    return (
      this.#lost.has(uid) &&
      Object.hasOwn(entries, uid) &&
      isEntry(entries[uid]) &&
      entries[uid].sees.includes(this.#uid)
    );
  }

  #write() {
    const entry = { id: this.#parley.instanceId, sees: [...this.#sees], value: this.#value, place: this.#place };
    this.#state.setState({ [this.#uid]: entry }).catch(() => {});
  }

  #return() {
    this.#returning ??= later(() => {
      this.#returning = undefined;
      this.#write();
    }, RETURN);
  }

  #look(reason) {
    const now = new Set(this.#parley._uids.slice(1));
    let news = false;
    for (const uid of this.#sees) {
      if (now.has(uid)) continue;
      this.#sees.delete(uid);
      this.#owing.delete(uid);
      if (reason !== 'local' && reason !== 'suspended') this.#lost.add(uid);
      news = true;
    }
    for (const uid of now) {
      this.#lost.delete(uid);
      if (this.#sees.has(uid)) continue;
      this.#sees.add(uid);
      if (this.#asks) this.#ask(uid);
      news = true;
    }
    if (!news || this.#parley._uids.length === 0) return;
    this.#write();
    this.#update();
  }

  /** A peer without this roster says at once that nobody there handles the question. */
  #ask(uid) {
    if (Object.hasOwn(this.#state.getState(), uid)) return;
    this.#owing.add(uid);
    const forgive = () => {
      if (this.#owing.delete(uid)) this.#changed();
    };
    this.#parley
      .send(this.#asks, undefined, { targetId: uid, timeout: ENTRY_TIMEOUT / 2, retries: 1 })
      .then(() => later(forgive, ENTRY_TIMEOUT), forgive);
  }

  #update() {
    const living = this.#reached();
    const entries = this.#state.getState();
    for (const uid of this.#owing) if (Object.hasOwn(entries, uid)) this.#owing.delete(uid);
    for (const uid of this.#doomed.keys())
      if (living.has(uid) || !Object.hasOwn(entries, uid)) this.#doomed.delete(uid);
    for (const uid of Object.keys(entries)) {
      if (uid === this.#uid || living.has(uid)) continue;
      const due = at(this.#isGhost(uid, entries) ? REMOVE_ORPHAN : REMOVE_UNREACHABLE);
      if (!(this.#doomed.get(uid) <= due)) this.#doomed.set(uid, due);
    }
    for (const uid of this.#lost) if (!Object.hasOwn(entries, uid)) this.#lost.delete(uid);
    this.#arm();
    this.#changed();
  }

  #arm() {
    this.#timer?.();
    if (this.#doomed.size === 0) return;
    const first = Math.min(...this.#doomed.values());
    this.#timer = later(() => {
      const now = performance.now();
      const due = [...this.#doomed.keys()].filter((uid) => this.#doomed.get(uid) <= now);
      for (const uid of due) this.#doomed.delete(uid);
      if (due.length > 0) this.#state.delete(...due).catch(() => {});
      this.#arm();
    }, first - performance.now());
  }
}
