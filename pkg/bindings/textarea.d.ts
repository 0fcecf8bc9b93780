import type { SyncedText, TextAnchor } from '../text.js';

/** What is selected in a field, or where its caret is, as positions that stay with their text. */
export interface TextSelection {
  readonly from: TextAnchor;
  readonly to: TextAnchor;
}

export interface BindTextareaOptions {
  /** Called when this field's selection has moved: hand it to a `Presence`. */
  onSelect?: (selection: TextSelection) => void;
}

/**
 * Makes a field show a text and edit it, while others do. The caret and the selection stay with their text; what an input method
 * composes is not disturbed; the keys that undo take back what was typed here. An edit that fails is told by a `parley-error` event
 * of the field. The function returned ends it.
 */
export function bindTextarea(
  field: HTMLTextAreaElement | HTMLInputElement,
  text: SyncedText,
  options?: BindTextareaOptions,
): () => void;
