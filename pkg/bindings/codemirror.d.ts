import type { Extension } from '@codemirror/state';
import type { Presence } from '../index.js';
import type { SyncedText, TextAnchor } from '../text.js';

/** What a window with an editor shares: who it is, and what is selected there, as positions that stay with their text. */
export interface EditorPresence {
  name?: string;
  /** A colour of CSS. */
  color?: string;
  selection?: { anchor: TextAnchor; head: TextAnchor };
}

export interface SyncedEditorOptions {
  /** Carries this window's selection to the others, and shows theirs. Its values are this binding's. */
  presence?: Presence<EditorPresence>;
  /** Who this window is for the others. */
  user?: { name?: string; color?: string };
}

/**
 * An extension of CodeMirror 6: the editor shows a text and edits it, while others do. The keys that undo take back what was typed here;
 * give it before other keymaps, and no `history()`. An edit that fails is told by a `parley-error` event of the editor.
 */
export function syncedText(text: SyncedText, options?: SyncedEditorOptions): Extension;
