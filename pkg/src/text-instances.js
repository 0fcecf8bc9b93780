// Texts that outlive their wasm.
//
// A panic, an exhausted memory or an exhausted stack inside of a wasm leaves it in a state of which nothing is known. Then
// it is started anew, and every text is made again from its seed and the updates that were good, at its next use.

/**
 * @param {{ Text: Function, Merge: Function, restart: () => void }} wasm its classes, and what starts it anew: objects made
 *   before are not to be touched after that.
 */
export function engineOver({ Text, Merge, restart }) {
  let life = 0;
  let broken = false;

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

  class Document {
    #seed;
    #actor;
    #text;
    #life;
    // What was applied, in chunks of which each is more than twice as large as the next.
    #chunks = [];

    constructor(seed, actor) {
      this.#seed = seed;
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

    edit(next) {
      if (typeof next !== 'string') throw new TypeError('a text is made of a string');
      const update = insist(() => this.#whole().edit(next));
      if (update) this.#keep(update);
      return update;
    }

    apply(update, writer) {
      // Whatever realm made it.
      if (Object.prototype.toString.call(update) !== '[object Uint8Array]') return false;
      const own = update.slice();
      try {
        insist(() => this.#whole());
        if (!call(() => this.#whole().apply(own, writer))) return false;
        this.#keep(own);
        return true;
      } catch {
        return false;
      }
    }

    text() {
      return insist(() => this.#whole().text());
    }

    free() {
      if (this.#life === life && !broken) this.#text.free();
      this.#life = undefined;
      this.#chunks = null;
    }
  }

  return Object.freeze({ open: (seed, actor) => new Document(seed, actor), merge });
}
