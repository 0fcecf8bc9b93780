// The entries of the log, newest first, bounded. Typing in the note would fill it by itself, so repeats of
// the same write from the same window are counted in one entry.

const LIMIT = 60;
const MERGE_WITHIN_MS = 1500;

export class History {
  #entries = [];
  #changed;
  #serial = 0;

  constructor(changed) {
    this.#changed = changed;
  }

  /** entry: { kind: 'in' | 'out' | 'state' | 'system' | 'error', type, from?, origin?, payload?, ms? } */
  add(entry) {
    const at = Date.now();
    const last = this.#entries[0];
    if (last && at - last.at < MERGE_WITHIN_MS && repeats(last, entry)) {
      this.#entries[0] = { ...last, ...entry, at, times: last.times + 1 };
    } else {
      this.#serial += 1;
      this.#entries.unshift({ ...entry, at, times: 1, serial: this.#serial });
      this.#entries.length = Math.min(this.#entries.length, LIMIT);
    }
    this.#changed();
  }

  clear() {
    this.#entries = [];
    this.#changed();
  }

  get entries() {
    return this.#entries;
  }
}

function repeats(last, entry) {
  return (
    entry.kind === 'state' &&
    last.kind === 'state' &&
    last.type === entry.type &&
    last.from?.letter === entry.from?.letter &&
    last.from?.peerId === entry.from?.peerId
  );
}
