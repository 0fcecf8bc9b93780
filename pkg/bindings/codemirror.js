// CodeMirror 6: an editor of a text that several windows edit, with the others' cursors.
import { Annotation, Facet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, WidgetType, keymap } from '@codemirror/view';
import { Follower, withoutReturns } from './follower.js';

/** What came from the text, and is not to go there. */
const fromText = Annotation.define();

const config = Facet.define({ combine: (all) => all[0] });

/** The cursors of the others: `[{ from, to, head, name, color }, ...]`. */
const setCursors = StateEffect.define();

class Caret extends WidgetType {
  constructor({ name, color }) {
    super();
    this.name = name;
    this.color = color;
  }

  eq(other) {
    return other.name === this.name && other.color === this.color;
  }

  toDOM(view) {
    const caret = view.dom.ownerDocument.createElement('span');
    caret.className = 'cm-parley-caret';
    caret.style.borderColor = this.color;
    caret.title = this.name;
    caret.setAttribute('aria-hidden', 'true');
    return caret;
  }

  ignoreEvent() {
    return true;
  }
}

const decorations = (cursors, length) => {
  const within = (at) => Math.min(at, length);
  const marks = cursors.flatMap((cursor) => {
    const [from, to, head] = [cursor.from, cursor.to, cursor.head].map(within);
    const caret = Decoration.widget({ widget: new Caret(cursor), side: head < to ? 1 : -1 }).range(head);
    const attributes = { style: `background-color: color-mix(in srgb, ${cursor.color} 25%, transparent)` };
    if (from >= to) return [caret];
    return [Decoration.mark({ class: 'cm-parley-selection', attributes }).range(from, to), caret];
  });
  return Decoration.set(marks, true);
};

const cursors = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setCursors)) return decorations(effect.value, transaction.newDoc.length);
    }
    return value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const theme = EditorView.baseTheme({
  '.cm-parley-caret': { borderLeft: '2px solid', marginLeft: '-1px', marginRight: '-1px', position: 'relative' },
});

/** Only what CSS takes as a colour, and nothing that ends the declaration: it comes from another window. */
const colorOf = (color) => (typeof color === 'string' && /^[\w#%(),.\s-]{1,64}$/.test(color) ? color : 'steelblue');

const listChanges = (set) => {
  const list = [];
  set.iterChanges((from, to, _start, _end, insert) =>
    list.push({ from, to, insert: insert.sliceString(0, undefined, '\n') }),
  );
  return list;
};

class Binding {
  constructor(view) {
    const { text, presence, user } = view.state.facet(config);
    Object.assign(this, { view, text, presence, user, ended: false });
    this.off = presence?.subscribe(() => this.later(() => this.showCursors()));
    this.sent = '';
    // An editor must not be changed while it is being made.
    this.later(() => {
      withoutReturns(text);
      const { doc } = view.state;
      if (doc.toString() !== text.text) this.draw([{ from: 0, to: doc.length, insert: text.text }]);
      this.follower = new Follower(text, (changes) => this.draw(changes));
      this.sendCursor();
      this.showCursors();
    });
  }

  later(run) {
    queueMicrotask(() => {
      if (!this.ended) run();
    });
  }

  draw(changes) {
    this.view.dispatch({ changes, annotations: [fromText.of(true)] });
    if (this.text.text.includes('\r')) this.later(() => withoutReturns(this.text));
  }

  update(update) {
    if (update.docChanged && this.follower) {
      // What listeners of the text do meanwhile must not come back into this update.
      this.follower.hold(true);
      for (const transaction of update.transactions) {
        if (!transaction.docChanged || transaction.annotation(fromText)) continue;
        this.follower.typed(listChanges(transaction.changes)).catch((error) => this.later(() => this.report(error)));
      }
      this.later(() => this.follower.hold(false));
    }
    if (update.docChanged || update.selectionSet || update.focusChanged) {
      this.later(() => this.sendCursor());
      if (update.docChanged) this.later(() => this.showCursors());
    }
  }

  report(error) {
    const event = new CustomEvent('parley-error', { detail: error, bubbles: true });
    this.view.dom.dispatchEvent(event);
  }

  sendCursor() {
    const { presence, view, text, user } = this;
    if (!presence || text.length !== view.state.doc.length) return;
    const { anchor, head } = view.state.selection.main;
    const side = (at, other) => (at > other ? 'before' : 'after');
    const selection = view.hasFocus
      ? { anchor: text.anchor(anchor, side(anchor, head)), head: text.anchor(head, side(head, anchor)) }
      : undefined;
    const value = { ...user, selection };
    const sent = JSON.stringify(value);
    if (sent === this.sent) return;
    this.sent = sent;
    presence.set(value);
  }

  showCursors() {
    const { presence, view, text } = this;
    if (!presence) return;
    const found = [];
    for (const other of presence.others.values()) {
      const [anchor, head] = [text.position(other?.selection?.anchor), text.position(other?.selection?.head)];
      if (anchor === undefined || head === undefined) continue;
      const name = typeof other.name === 'string' ? other.name : '';
      found.push({ from: Math.min(anchor, head), to: Math.max(anchor, head), head, name, color: colorOf(other.color) });
    }
    view.dispatch({ effects: setCursors.of(found) });
  }

  destroy() {
    this.ended = true;
    this.follower?.stop();
    this.off?.();
  }
}

const turn = (name) => (view) => {
  view.state.facet(config).text[name]();
  return true;
};

/** Before CodeMirror's own history, which knows nothing of what others typed. */
const keys = [
  { key: 'Mod-z', run: turn('undo'), preventDefault: true },
  { key: 'Mod-y', mac: 'Mod-Shift-z', run: turn('redo'), preventDefault: true },
  { linux: 'Ctrl-Shift-z', run: turn('redo'), preventDefault: true },
];

export function syncedText(text, { presence, user = {} } = {}) {
  const plugin = ViewPlugin.fromClass(Binding);
  const fields = presence ? [cursors, theme] : [];
  return [config.of({ text, presence, user }), plugin, keymap.of(keys), fields];
}
