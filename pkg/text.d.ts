// Text that several windows edit at once, merged by character. States with `conflict: 'merge'` load this by themselves when
// they first merge a string. Import it to have it from the start, for `SyncedText`, or to use the engine by itself.
import type { SyncedState } from './index.js';

/** What is removed and inserted at one place of a text, counted in UTF-16 units: what JavaScript's strings and CodeMirror count in. */
export interface TextChange {
  readonly from: number;
  /** Where what is removed ends. Default: `from`, which removes nothing. */
  readonly to?: number;
  /** Default: nothing. */
  readonly insert?: string;
}

export interface TextEvent {
  /** Counted in `oldText`, in their order, not overlapping: CodeMirror takes them as they are. Applied to `oldText` they make `text`. */
  readonly changes: readonly Required<TextChange>[];
  readonly text: string;
  readonly oldText: string;
  /** That of `text`. */
  readonly version: number;
  /** Whether it was edited through this SyncedText. */
  readonly isLocal: boolean;
  /** What `edit` or `replace` was given as `source`. */
  readonly source: unknown;
}

/** A position that stays with its text: plain data, the same in every window, so that a `Presence` may carry it. */
export interface TextAnchor {
  readonly text: number;
  readonly side: 'before' | 'after';
  readonly writer?: number;
  readonly clock?: number;
}

export interface TextEditOptions {
  /**
   * The version that the positions are counted in. Default: the present one. What others changed since is taken into account: an
   * edit deletes nothing of what it has not seen. At most 1000 versions ago.
   */
  version?: number;
  /** Comes back in the event of this edit, so that an editor knows its own. */
  source?: unknown;
}

export interface SyncedTextOptions {
  /** What is typed at one place with pauses shorter than this is undone at once, ms. Default 500. */
  newGroupDelay?: number;
  /** The clock that pauses are measured by, ms. Default: `performance.now`. */
  now?: () => number;
}

/** A text that editors edit: one key of a state with `conflict: 'merge'`. It is a view: the state holds the text. */
export class SyncedText {
  /** Throws `ERR_CONFIG` if the key is not merged, `ERR_ARGUMENT` and `ERR_CONFIG` for wrong arguments. */
  constructor(state: SyncedState<any>, key: string, options?: SyncedTextOptions);
  /** What it says; '' while the key holds no text. */
  readonly text: string;
  readonly length: number;
  /** Counts the changes that this object has seen. */
  readonly version: number;
  toString(): string;
  /**
   * Applied at once, here; the promise is that of the state's write. It rejects with `ERR_ARGUMENT`, and nothing is changed, if a
   * position lies outside of the text or inside of a surrogate pair. However much it deletes, it is an edit: it never replaces the
   * text by another one.
   */
  edit(changes: TextChange | readonly TextChange[], options?: TextEditOptions): Promise<void>;
  /** Edits it where `text` differs from what it said at that version: for fields that know only what they show. */
  replace(text: string, options?: TextEditOptions): Promise<void>;
  /** Calls the listener for each change, in order: own ones and those of others. Returns a function that ends this. */
  subscribe(listener: (event: TextEvent) => void): () => void;
  /** A position that stays with the text 'after' it (the default) or 'before' it. */
  anchor(position: number, side?: 'before' | 'after', options?: { version?: number }): TextAnchor;
  /**
   * Where that is now; where its text was, if that was deleted. `undefined` if that text has not come here yet, if another text has
   * taken its place, or if it is no anchor.
   */
  position(anchor: unknown): number | undefined;
  /** A position of an older version in the present text. With the side 'before' it stays before what was inserted just there. */
  move(position: number, version: number, side?: 'before' | 'after'): number;
  /**
   * Takes back what was typed last through this object: a burst at one place, without what others typed there since. `false` if
   * there is nothing. The state's own `undo` leaves these edits alone.
   */
  undo(): boolean;
  redo(): boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Stops following the state. The text stays. */
  destroy(): void;
}

/** One text, edited by one actor. */
export interface TextDocument {
  /** Makes the text `next`, as edits of this actor where it differs. Returns what the others need; `undefined` if nothing differs. */
  edit(next: string): Uint8Array | undefined;
  /**
   * Makes these changes, counted in the text before all of them. Returns what the others need; `undefined`, and nothing is changed,
   * if they change nothing, overlap, are out of order, or lie outside of the text.
   */
  change(changes: readonly Required<TextChange>[]): Uint8Array | undefined;
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
