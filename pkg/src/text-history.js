// Undo and redo of what was typed here, burst by burst, with what others typed since left in.
//
// An entry is what takes a burst back: changes to the text as it was when the burst ended, and what others changed since, over
// which they are moved when it is its turn. Moving the others' changes over the entry passes them on to the one below.
import { composed, moved, movedPosition } from './text-changes.js';

/** So many bursts can be taken back; the earliest are forgotten. */
const MOST = 200;

/** Others' changes to an entry become one when there are more than these. */
const MOST_OVER = 20;

export class History {
  #undo = [];
  #redo = [];
  #now;
  #delay;
  // Where and when was typed last: what is typed beside that, and soon, belongs to the same burst.
  #burst;

  constructor(now, delay) {
    this.#now = now;
    this.#delay = delay;
  }

  /** This window typed; `inverse` takes it back. */
  typed(changes, inverse) {
    const time = this.#now();
    const [first, last] = [changes[0], changes.at(-1)];
    const burst = this.#burst;
    const goesOn =
      burst !== undefined && time - burst.time < this.#delay && first.from <= burst.to && last.to >= burst.from;
    const entry = this.#undo.at(-1);
    if (goesOn && entry?.over.length === 0) entry.inverse = composed([inverse, entry.inverse]);
    else if (goesOn && entry) push(this.#undo, composed([inverse, settled(this.#undo)]));
    else push(this.#undo, inverse);
    this.#redo = [];
    const from = goesOn ? movedPosition(burst.from, changes, -1) : inverse[0].from;
    const to = goesOn ? movedPosition(burst.to, changes, 1) : inverse.at(-1).to;
    this.#burst = { time, from: Math.min(from, inverse[0].from), to: Math.max(to, inverse.at(-1).to) };
  }

  /** Somebody else changed the text, or this window did so elsewhere. */
  changed(changes) {
    for (const entries of [this.#undo, this.#redo]) {
      const over = entries.at(-1)?.over;
      if (over === undefined) continue;
      over.push(changes);
      if (over.length > MOST_OVER) over.splice(0, over.length, composed(over));
    }
    if (this.#burst === undefined) return;
    const { time, from, to } = this.#burst;
    this.#burst = { time, from: movedPosition(from, changes, 1), to: movedPosition(to, changes, -1) };
    if (this.#burst.to < this.#burst.from) this.#burst.to = this.#burst.from;
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  get canRedo() {
    return this.#redo.length > 0;
  }

  /** What to change to take back the last burst that still shows somewhere; undefined if there is none. */
  undo() {
    return this.#turn(this.#undo);
  }

  /** What to change to type again what was taken back last. */
  redo() {
    return this.#turn(this.#redo);
  }

  #turn(entries) {
    this.#burst = undefined;
    while (entries.length > 0) {
      const changes = settled(entries);
      if (changes.length > 0) return changes;
    }
    return undefined;
  }

  /** What `undo` or `redo` gave was done; `inverse` takes that back. */
  turned(isUndo, inverse) {
    push(isUndo ? this.#redo : this.#undo, inverse);
  }
}

function push(entries, inverse) {
  entries.push({ inverse, over: [] });
  if (entries.length > MOST) entries.shift();
}

/** Takes out the last entry: its changes to the text as it is now. */
function settled(entries) {
  let { inverse, over } = entries.pop();
  const below = entries.at(-1);
  for (const changes of over) {
    const next = moved(inverse, changes);
    below?.over.push(moved(changes, inverse, true));
    inverse = next;
  }
  return inverse;
}
