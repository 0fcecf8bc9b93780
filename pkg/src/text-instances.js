// Texts that outlive their wasm.
//
// A panic, an exhausted memory or an exhausted stack inside of a wasm leaves it in a state of which nothing is known. Then
// it is started anew, and every text is made again from its seed and the updates that were good, at its next use.
//
// What a text says is a string here, beside the wasm: each change is made to both, so that no key typed costs as much as the text is long.
import { applied, composed, difference } from './text-changes.js';

/** An update with more splices than these is not followed one by one: the texts before and after it are compared. */
const FOLLOWED = 100;

const LONE = /[\ud800-\udfff]/u;
const EVERY_LONE = /[\ud800-\udfff]/gu;

/** As it is on its way into wasm: half of a surrogate pair becomes a replacement character. */
const wellFormed = (text) => (LONE.test(text) ? text.replace(EVERY_LONE, '\ufffd') : text);

/** The changes that a wasm told: `places` lists where, how much is removed, and how much of `inserted` is inserted there. */
function* read(places, inserted) {
  let passed = 0;
  for (let at = 0; at < places.length; at += 3) {
    const [from, removed, length] = places.subarray(at, at + 3);
    yield { from, to: from + removed, insert: inserted.slice(passed, passed + length) };
    passed += length;
  }
}

/**
 * @param {{ Text: Function, Merge: Function, Difference: Function, restart: () => void }} wasm its classes, and what starts it
 *   anew: objects made before are not to be touched after that.
 */
export function engineOver({ Text, Merge, Difference, restart }) {
  let life = 0;
  let broken = false;
  // `{ before, after, changes }`: the next edit that makes `before` into `after` is these changes.
  let intended;

  /** Calls into a wasm that is whole; if the call breaks it, the next one gets another. */
  const call = (run) => {
    if (broken) {
      restart();
      life += 1;
      broken = false;
    }
    try {
      return run();
    } catch (error) {
      broken = true;
      throw error;
    }
  };

  /** The same, once more if it fails: what broke the wasm may have been an earlier call. */
  const insist = (run) => {
    try {
      return call(run);
    } catch {
      return call(run);
    }
  };

  const merge = (updates) =>
    insist(() => {
      const all = new Merge();
      for (const update of updates) all.add(update);
      return all.finish();
    });

  /** The changes that make `before` into `after`: by lines, words and letters where something is replaced. */
  const changesBetween = (before, after) => {
    const whole = difference(before, after);
    if (whole === undefined) return [];
    if (whole.from === whole.to || whole.insert === '') return [whole];
    return insist(() => {
      const found = new Difference(before.slice(whole.from, whole.to), whole.insert);
      const changes = [...read(found.places(), found.inserted())];
      found.free();
      return changes.map(({ from, to, insert }) => ({ from: from + whole.from, to: to + whole.from, insert }));
    });
  };

  class Document {
    #seed;
    #actor;
    #text;
    #life;
    // What was applied, in chunks of which each is more than twice as large as the next.
    #chunks = [];
    // What it says; undefined until that is asked for.
    #said;
    #watchers = new Set();

    constructor(seed, actor) {
      this.#seed = wellFormed(seed);
      this.#said = this.#seed;
      this.#actor = actor;
      insist(() => this.#whole());
    }

    /** To be called inside of `call`. */
    #whole() {
      if (this.#life === life) return this.#text;
      if (this.#chunks === null) throw new Error('this text was freed');
      const text = new Text(this.#seed, this.#actor);
      for (const chunk of this.#chunks) text.apply(chunk);
      this.#text = text;
      this.#life = life;
      return text;
    }

    /** Takes note of what was applied. If that fails, the text is made again without it. */
    #keep(update) {
      const chunks = [...this.#chunks, update];
      try {
        while (chunks.length > 1 && chunks.at(-2).length <= 2 * chunks.at(-1).length) {
          chunks.push(merge(chunks.splice(-2)));
        }
      } catch (error) {
        this.#life = undefined;
        throw error;
      }
      this.#chunks = chunks;
    }

    /** What it says after changes, of which the watchers are told. */
    #become(said, changes) {
      this.#said = said;
      for (const watcher of this.#watchers) watcher(changes());
    }

    edit(next) {
      if (typeof next !== 'string') throw new TypeError('a text is made of a string');
      const before = this.text();
      const isIntended = intended?.after === next && intended.before === before;
      return this.#edit(isIntended ? intended.changes : changesBetween(before, next), next);
    }

    change(changes) {
      return this.#edit(changes);
    }

    /** Makes the changes. `after` is the text with them, where that is known. */
    #edit(changes, after) {
      const before = this.text();
      const clean = changes.map((change) => ({ ...change, insert: wellFormed(change.insert) }));
      const isClean = clean.every(({ insert }, at) => insert === changes[at].insert);
      const places = new Uint32Array(clean.flatMap(({ from, to, insert }) => [from, to - from, insert.length]));
      const inserted = clean.map(({ insert }) => insert).join('');
      const update = insist(() => this.#whole().change(places, inserted));
      if (!update) return undefined;
      this.#keep(update);
      this.#become(isClean && after !== undefined ? after : applied(before, clean), () => clean);
      return update;
    }

    apply(update, writer) {
      // Whatever realm made it.
      if (Object.prototype.toString.call(update) !== '[object Uint8Array]') return false;
      const own = update.slice();
      try {
        const before = this.text();
        const change = call(() => {
          const text = this.#whole();
          return text.apply(own, writer) && { places: text.places(), inserted: text.inserted(), ragged: text.ragged() };
        });
        if (!change) return false;
        this.#keep(own);
        this.#follow(before, change);
        return true;
      } catch {
        return false;
      }
    }

    #follow(before, { places, inserted, ragged }) {
      if (places.length === 0) return;
      if (ragged || places.length > 3 * FOLLOWED) {
        this.#become(undefined, () => changesBetween(before, this.text()));
        return;
      }
      const splices = [...read(places, inserted)].map((splice) => [splice]);
      this.#become(splices.reduce(applied, before), () => composed(splices));
    }

    text() {
      this.#said ??= insist(() => this.#whole().text());
      return this.#said;
    }

    /** Calls `watcher` with the changes of each edit and update from now on. */
    watch(watcher) {
      this.#watchers.add(watcher);
      return () => void this.#watchers.delete(watcher);
    }

    /** The writer of the character at a position and its number among theirs: behind it, or before it. Empty at the end of the text. */
    anchor(at, isBehind) {
      return [...insist(() => this.#whole().anchor(at, isBehind))];
    }

    /** Where that character is; undefined if it has not come here. */
    position(writer, clock, isBehind) {
      return insist(() => this.#whole().position(writer, clock, isBehind));
    }

    free() {
      if (this.#life === life && !broken) this.#text.free();
      this.#life = undefined;
      this.#said = undefined;
      this.#chunks = null;
    }
  }

  return Object.freeze({
    open: (seed, actor) => new Document(seed, actor),
    merge,
    changesBetween,
    /** Runs what edits `before` into `after` by exactly these changes. */
    intend(before, after, changes, run) {
      intended = { before, after, changes };
      try {
        return run();
      } finally {
        intended = undefined;
      }
    },
  });
}
