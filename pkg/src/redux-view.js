// What one window shows of a shared Redux state: the state of the log, with what belongs to this window laid over it.
//
// A slice (a top-level key of the state) belongs to this window once an action that is not shared has changed it, and if RTK
// Query keeps its cache there. Of a slice that redux-persist keeps only its `_persist` mark belongs to this window.

const MARK = '_persist';

export const isPlain = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const proto = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
};

/** Whether a slice is the cache of an API of RTK Query. */
export const isQuerySlice = (key, slice) => isPlain(slice) && isPlain(slice.config) && slice.config.reducerPath === key;

const hasMark = (slice) => isPlain(slice) && isPlain(slice[MARK]) && 'rehydrated' in slice[MARK];

/** A slice without the mark of redux-persist. */
export const unmarked = (slice) => {
  if (!hasMark(slice)) return slice;
  const { [MARK]: _, ...rest } = slice;
  return rest;
};

const shallowEqual = (a, b) => {
  if (!isPlain(a) || !isPlain(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && Object.is(a[key], b[key]))
  );
};

/** The keys whose values differ, of two plain objects. */
export const changedKeys = (before, after) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !Object.is(before[key], after[key]));

export class View {
  /** The state of the log, as the reducer of now sees it. */
  base;
  #visible;
  /** This window's slices. */
  #own = new Map();
  /** The type of the first action that made a slice this window's own. */
  #madeOwnBy = new Map();
  /** Marks of redux-persist, and the marked slices that were made last. */
  #marks = new Map();
  #marked = new Map();
  /** Slices that shared actions have changed. */
  #shared = new Set();
  #reported = new Set();
  #tell;

  /** `tell(slice, type)` is called once for each slice that both kinds of actions change. */
  constructor(base, tell) {
    this.base = base;
    this.#visible = base;
    this.#tell = tell;
  }

  get state() {
    return this.#visible;
  }

  /** Whether there is anything that is not the log's. */
  get isMixed() {
    return this.#own.size > 0;
  }

  isOwn(key) {
    return this.#own.has(key) || isQuerySlice(key, this.#visible[key]);
  }

  /** The log has come to another state. */
  rebase(next) {
    const before = this.#visible;
    if (isPlain(before) && isPlain(next)) {
      for (const key of Object.keys(before)) {
        if (isQuerySlice(key, before[key]) && !this.#own.has(key)) this.#own.set(key, before[key]);
      }
    }
    this.base = next;
    this.#lay();
  }

  /** Shared actions have changed these slices; '' is a state that has none. */
  noteShared(names) {
    for (const name of names) {
      if (this.#shared.has(name)) continue;
      this.#shared.add(name);
      if (this.#madeOwnBy.has(name)) this.#conflict(name, this.#madeOwnBy.get(name));
    }
  }

  /** An action that is not shared has led what is shown to `after`. */
  takeLocal(after, type) {
    const before = this.#visible;
    if (Object.is(before, after)) return;
    this.#visible = after;
    if (!isPlain(before) || !isPlain(after)) {
      this.#makeOwn('', undefined, type);
      return;
    }
    for (const key of changedKeys(before, after)) {
      const slice = after[key];
      if (!this.#own.has(key) && shallowEqual(unmarked(before[key]), unmarked(slice))) this.mark(key, slice);
      else this.#makeOwn(key, slice, type);
    }
  }

  /** Remembers the mark on a slice, if it has one. */
  mark(key, slice) {
    if (hasMark(slice)) this.#marks.set(key, slice[MARK]);
    else this.#marks.delete(key);
    this.#marked.delete(key);
  }

  /** Takes over the marks of a state, and what of it belongs to this window. */
  takeMarks(after) {
    for (const key of Object.keys(after)) {
      if (key === MARK || this.isOwn(key)) this.#own.set(key, after[key]);
      else if (hasMark(after[key])) this.mark(key, after[key]);
    }
    this.#lay();
  }

  /** This window's slices hear of a shared action too: of `after` they are taken, the rest is the log's. */
  takeOwn(after) {
    if (!isPlain(after)) return;
    for (const key of this.#own.keys()) this.#own.set(key, after[key]);
    this.#lay();
  }

  #makeOwn(key, slice, type) {
    if (key !== '') this.#own.set(key, slice);
    // What RTK Query and redux-persist keep for themselves is never shared.
    if (key === MARK || isQuerySlice(key, slice)) return;
    if (!this.#madeOwnBy.has(key)) this.#madeOwnBy.set(key, type);
    if (this.#shared.has(key)) this.#conflict(key, type);
  }

  #conflict(key, type) {
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#tell(key, type);
  }

  #lay() {
    const { base } = this;
    if (!isPlain(base) || (this.#own.size === 0 && this.#marks.size === 0)) {
      this.#visible = base;
      return;
    }
    const out = { ...base };
    for (const [key, mark] of this.#marks) if (isPlain(out[key])) out[key] = this.#withMark(key, out[key], mark);
    for (const [key, slice] of this.#own) {
      if (slice === undefined) delete out[key];
      else out[key] = slice;
    }
    this.#visible = isPlain(this.#visible) && shallowEqual(out, this.#visible) ? this.#visible : out;
  }

  /** The same object for the same slice: selectors compare by identity. */
  #withMark(key, slice, mark) {
    const last = this.#marked.get(key);
    if (last?.slice === slice) return last.made;
    const made = { ...slice, [MARK]: mark };
    this.#marked.set(key, { slice, made });
    return made;
  }
}
