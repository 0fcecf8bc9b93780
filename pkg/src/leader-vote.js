// Leadership by agreement, where there are no Web Locks: over ports and links, in insecure pages, in tests.
//
// Every candidate is on a roster the windows share. The oldest one leads, and says so again and again; when it is gone the
// next oldest leads, and when it only falls silent, a roll is called: every window that answers is eligible, and a leader that was
// slow answers too and stays. A leader that has slept doubts itself before anybody can have taken its place.
import { Pulse } from './pulse.js';
import { Roster } from './roster.js';
import { inTime, onTime } from './timers.js';

const TICK = 300;
/** A leader with followers is heard of so often, ms. */
const HEARTBEAT = 600;
/** One that has not been heard of for so long may hang. */
const LEADER_TIMEOUT = 2000;
/** With less than this left of it a hidden page no longer trusts its timers: its leader is overdue, ms. */
const HIDDEN_MARGIN = 800;
/** So long a roll is open. */
const ROLL_DURATION = 300;
const STEPS = 4;
/** Connections under way at the start are waited for so long. */
const START_TIMEOUT = 1000;

const FOLLOWS = 0;
const CALLS = 1;
const LEADS = 2;

const isCandidate = (value, scope) =>
  typeof value === 'object' &&
  value !== null &&
  value.scope === scope &&
  Number.isFinite(value.born) &&
  Number.isFinite(value.since);

/** Of all windows of a machine the same, and finer than the clock. */
const time = () => performance.timeOrigin + performance.now();

/** The order of candidates, and of leaders that find out about each other. */
const precedes = (a, b) => a.rank < b.rank || (a.rank === b.rank && a.uid < b.uid);

export class VoteLeader {
  #parley;
  #changed;
  #roster;
  #me;
  #heard = new Map();
  #pulse = new Pulse();
  #started = performance.now();
  #ready = false;
  #called = 0;
  #rolling;
  #said = 0;
  #waits;
  #timer;
  #looking = false;
  #asleep = false;

  constructor(parley, name, changed) {
    this.#parley = parley;
    this.#changed = changed;
    // What one origin's mesh agrees on is no matter of another's; windows without a channel agree with whom they reach.
    this.#me = { scope: parley._channel ?? '', born: time(), role: FOLLOWS, since: 0, beat: 0 };
    this.#roster = new Roster(parley, name, this.#me, () => this.#soon(), true);
    parley.ready.then(() => {
      this.#ready = true;
      this.#soon();
    });
    this.#tick();
  }

  get certain() {
    return this.#role(LEADS) && !this.#pulse.stopped();
  }

  /** To the end of the queue. */
  stepDown() {
    if (!this.#role(LEADS)) return;
    this.#say({ role: FOLLOWS, born: time() });
    this.#changed();
    this.#soon();
  }

  /** The page leaves or sleeps: others need not find out by themselves. */
  pause() {
    if (this.#asleep) return;
    this.#asleep = true;
    if (!this.#role(FOLLOWS)) this.#say({ role: FOLLOWS, born: time() });
    this.#changed();
  }

  resume() {
    if (!this.#asleep) return;
    this.#asleep = false;
    this.#soon();
  }

  destroy() {
    this.#timer?.();
    this.#rolling?.();
    this.#me = { ...this.#me, role: FOLLOWS };
    this.#roster?.destroy();
    this.#roster = undefined;
    this.#changed();
  }

  #role(role) {
    return this.#me.role === role;
  }

  #say(what) {
    this.#said = performance.now();
    this.#me = { ...this.#me, ...what, beat: this.#me.beat + 1 };
    this.#roster.set(this.#me);
  }

  #tick() {
    this.#look();
    // A listener may have ended it.
    if (!this.#roster) return;
    const now = performance.now();
    if (this.#role(LEADS) && now - this.#said >= HEARTBEAT && this.#heard.size > 0) this.#say({});
    let left = Infinity;
    for (const { entry, at } of this.#heard.values()) {
      if (entry.value.role === LEADS && at + LEADER_TIMEOUT > now) left = Math.min(left, at + LEADER_TIMEOUT - now);
    }
    this.#timer = inTime(() => this.#tick(), TICK, left, HIDDEN_MARGIN);
  }

  /** Looks once for all that came in one turn. */
  #soon() {
    if (this.#looking) return;
    this.#looking = true;
    queueMicrotask(() => {
      this.#looking = false;
      if (this.#roster) this.#look();
    });
  }

  /** The other candidates that can be reached, and when each was last heard of. */
  #rivals() {
    const now = performance.now();
    const heard = new Map();
    const rivals = [];
    for (const [uid, entry] of this.#roster.living()) {
      const { value } = entry;
      if (!isCandidate(value, this.#me.scope)) continue;
      const before = this.#heard.get(uid);
      const at = before?.entry === entry ? before.at : now;
      heard.set(uid, { entry, at });
      rivals.push({ uid, value, at });
    }
    this.#heard = heard;
    return rivals;
  }

  #look() {
    if (this.#asleep) return;
    const now = performance.now();
    const slept = this.#pulse.stopped();
    this.#pulse.beat();
    // Whoever slept heard nobody.
    if (slept) for (const one of this.#heard.values()) one.at = now;
    const rivals = this.#rivals();
    // The others no longer see this one as a candidate.
    if (this.#roster.isReplaced()) {
      if (!this.#role(FOLLOWS)) this.#say({ role: FOLLOWS });
      return this.#changed();
    }
    if (slept && this.#role(LEADS)) {
      // What it knew is old: it asks whether it still leads.
      this.#call(now);
      return this.#changed();
    }
    const own = this.#parley._uids[0];
    if (own === undefined) return;
    const me = { uid: own, rank: this.#me.born };
    const isBest = (among) => among.every(({ uid, value }) => precedes(me, { uid, rank: value.born }));
    const leaders = rivals.filter(({ value, at }) => value.role === LEADS && now - at < LEADER_TIMEOUT);
    if (this.#role(LEADS)) {
      const mine = { uid: own, rank: this.#me.since };
      if (leaders.some(({ uid, value }) => precedes({ uid, rank: value.since }, mine))) {
        this.#say({ role: FOLLOWS });
        this.#changed();
      } else if (rivals.some(({ value, at }) => value.role === CALLS && at >= this.#said)) this.#answer();
      return;
    }
    if (leaders.length > 0) {
      this.#waits = undefined;
      if (this.#role(CALLS)) this.#say({ role: FOLLOWS });
      return;
    }
    const silent = rivals.some(({ value }) => value.role === LEADS);
    const isAsked = silent || rivals.some(({ value, at }) => value.role === CALLS && at >= this.#said);
    if (this.#role(CALLS)) {
      // Those who did not answer may hang.
      if (this.#rolling) return;
      if (isBest(rivals.filter(({ at }) => at >= this.#called))) this.#lead();
      else this.#call(now);
    } else if (isAsked) this.#call(now);
    else if (this.#isEarly(now)) return;
    else if (isBest(rivals)) this.#lead();
    else {
      // The next in line is given a moment.
      this.#waits ??= now;
      if (now - this.#waits >= ROLL_DURATION) this.#call(now);
    }
  }

  #isEarly(now) {
    const isSettled = this.#ready && !this.#parley._connecting;
    return (!isSettled && now - this.#started < START_TIMEOUT) || this.#roster.awaits();
  }

  /** A page whose timers are slowed down to one a minute leaves it to others, if there are any awake. */
  #answer() {
    if (!this.#pulse.isDrowsy()) return this.#say({});
    this.#say({ role: FOLLOWS, born: time() });
    this.#changed();
  }

  /** Timers, not the clock, say how long the roll is open: where this window does not get to run, neither do answers. */
  #call(now) {
    this.#called = now;
    this.#say({ role: CALLS });
    this.#rolling?.();
    const wait = (left) => {
      this.#rolling = left > 0 ? onTime(() => wait(left - 1), ROLL_DURATION / STEPS) : undefined;
      if (left === 0) this.#soon();
    };
    wait(STEPS);
  }

  #lead() {
    this.#waits = undefined;
    this.#say({ role: LEADS, since: time() });
    this.#changed();
  }
}
