// What a window's states hold, read where they changed: each key with its writer, the time, and the candidates of a conflict.
import { preview } from './preview.js';

/** Keys that are shown of one state; beyond it the report says how many there are. */
const MOST_KEYS = 500;

export class States {
  #parley;
  /** By name: the snapshot that was read last, and what was read of it. */
  #read = new Map();
  /** Which peer a writer was first heard of by. */
  #heardBy = new Map();
  #changed;

  /** `changed` is called with each write that is new: `{ state, key, value, writer, at, by }`. */
  constructor(parley, changed) {
    this.#parley = parley;
    this.#changed = changed;
  }

  /** A frame of a state came: its writers are heard of by this peer. */
  heard(kind, frame, peer) {
    if (kind === 'batch') this.#note(frame[2], peer);
    if (kind === 'delta' && frame[4] instanceof Float64Array)
      for (let at = 1; at < frame[4].length; at += 4) this.#note(frame[4][at], peer);
  }

  #note(writer, peer) {
    if (typeof writer === 'number' && !this.#heardBy.has(writer) && this.#heardBy.size < 10_000)
      this.#heardBy.set(writer, peer);
  }

  /** Reads what has changed; all states as they were read last. */
  read() {
    const all = [];
    for (const [name, store, state] of this.#parley._inspect()[1]) {
      const before = this.#read.get(name);
      if (before?.snapshot === state) {
        all.push(before);
        continue;
      }
      const now = store ? this.#store(name, state) : this.#state(name, state, before);
      this.#read.set(name, now);
      all.push(now);
    }
    const names = new Set(all.map(({ name }) => name));
    for (const name of this.#read.keys()) if (!names.has(name)) this.#read.delete(name);
    return all.map(({ name, kind, writer, keys, entries }) => ({ name, kind, writer, keys, entries }));
  }

  #store(name, snapshot) {
    const isObject = typeof snapshot === 'object' && snapshot !== null && !Array.isArray(snapshot);
    const list = isObject ? Object.entries(snapshot) : [['(all)', snapshot]];
    const entries = list.slice(0, MOST_KEYS).map(([key, value]) => ({ key, value: preview(value) }));
    return { name, kind: 'store', snapshot, keys: list.length, entries };
  }

  #state(name, snapshot, before) {
    const found = this.#parley._inspect(name)[1].find((one) => one[0] === name && !one[1]);
    const [, , , writer, conflicts, ...writes] = found;
    const latest = new Map();
    for (let at = 0; at < writes.length; at += 3) {
      const [key, by, time] = [writes[at], writes[at + 1], writes[at + 2]];
      const known = latest.get(key);
      if (!known || known.at < time) latest.set(key, { writer: by, at: time });
    }
    const entries = [];
    for (const [key, { writer: by, at }] of latest) {
      const candidates = [...(conflicts.get(key) ?? [])].map((one) => ({ ...one, value: preview(one.value) }));
      const isDeleted = !Object.hasOwn(snapshot, key);
      const entry = { key, value: isDeleted ? '' : preview(snapshot[key]), isDeleted, writer: by, at, candidates };
      entry.by = by === writer ? undefined : this.#heardBy.get(by);
      if (before && at > 0 && before.times.get(key) !== `${at} ${by}`)
        this.#changed({ state: name, isOwn: by === writer, ...entry });
      entries.push(entry);
    }
    const times = new Map([...latest].map(([key, { writer: by, at }]) => [key, `${at} ${by}`]));
    entries.sort((a, b) => (a.key < b.key ? -1 : 1));
    return { name, kind: 'state', snapshot, writer, times, keys: entries.length, entries: entries.slice(0, MOST_KEYS) };
  }
}
