// What the bindings of editors share: what an editor shows, and what it does not show yet.
import { composed, moved } from '../src/text-changes.js';

/**
 * Keeps an editor at a `SyncedText`. While the editor must not be drawn (an input method is composing, an update is under way), others'
 * changes wait, moved over what is typed meanwhile.
 */
export class Follower {
  #text;
  #draw;
  #off;
  #version;
  // Others' changes to what the editor shows.
  #undrawn = [];
  #held = false;

  /** `draw(changes)` makes changes to what the editor shows. */
  constructor(text, draw) {
    this.#text = text;
    this.#draw = draw;
    this.#version = text.version;
    this.#off = text.subscribe((event) => this.#changed(event));
  }

  /** The editor changed itself: `changes` to what it showed. */
  typed(changes) {
    // Others' changes that have not been told yet are told now.
    void this.#text.version;
    const list = this.#undrawn.length > 0 ? moved(changes, this.#undrawn) : changes;
    this.#undrawn = moved(this.#undrawn, changes, true);
    return this.#text.edit(list, { version: this.#version, source: this });
  }

  /** Whether the editor is not to be drawn now. What has waited is drawn when it may be. */
  hold(held) {
    this.#held = held;
    this.#flush();
  }

  stop() {
    this.#off();
  }

  #changed({ changes, source, version }) {
    this.#version = version;
    if (source === this) return;
    this.#undrawn = this.#undrawn.length > 0 ? composed([this.#undrawn, changes]) : changes;
    this.#flush();
  }

  #flush() {
    if (this.#held || this.#undrawn.length === 0) return;
    const changes = this.#undrawn;
    this.#undrawn = [];
    this.#draw(changes);
  }
}

/** Those who edit see one line feed for each end of a line, and so does the text that they edit. */
export function withoutReturns(text) {
  const now = text.text;
  if (!now.includes('\r')) return;
  const changes = [...now.matchAll(/\r\n?/g)].map(({ 0: end, index }) =>
    end === '\r' ? { from: index, to: index + 1, insert: '\n' } : { from: index, to: index + 1, insert: '' },
  );
  text.edit(changes).catch(() => {});
}
