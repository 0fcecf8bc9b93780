// Text that several windows edit at once, merged by character. States with `conflict: 'merge'` load this by themselves when
// they first merge a string. Import it to have it from the start, or to use the engine by itself.

/** One text, edited by one actor. */
export interface TextDocument {
  /** Makes the text `next`, as edits of this actor where it differs. Returns what the others need; `undefined` if nothing differs. */
  edit(next: string): Uint8Array | undefined;
  /**
   * Applies an update of another, or an own one again: how often, and in which order, does not matter.
   * `false`, and nothing is applied, if these bytes are no update, or insert characters of another than `writer`, if given.
   */
  apply(update: Uint8Array, writer?: number): boolean;
  text(): string;
  /** Gives its memory back at once; without this, when nobody holds it any more. Nothing works after it. */
  free(): void;
}

export interface TextEngine {
  /**
   * A text that begins as `seed`: those who open it with the same seed have it once, not twice. `actor` is a whole number from
   * 1 to 2^53 - 1 that nobody else uses, and that is used again only if all it has written is applied before the first edit.
   */
  open(seed: string, actor: number): TextDocument;
  /** One update with the effect of all of these, in any order. What is no update is left out. */
  merge(updates: Uint8Array[]): Uint8Array;
}

export const engine: TextEngine;
