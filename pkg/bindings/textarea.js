// A textarea, or an input for text, that several windows type into.
import { cutsPair, difference, movedPosition } from '../src/text-changes.js';
import { Follower, withoutReturns } from './follower.js';

/** The change that a field has made, beside its caret where what surrounds it leaves a choice. */
function changeOf(before, after, caret) {
  const change = difference(before, after);
  if (change === undefined) return undefined;
  let { from, to, insert } = change;
  if (insert === '') {
    while (from < caret && to < before.length && before[from] === before[to]) [from, to] = [from + 1, to + 1];
  } else if (from === to) {
    while (from + insert.length < caret && after[from] === after[from + insert.length]) from += 1;
    [to, insert] = [from, after.slice(from, from + insert.length)];
  }
  return cutsPair(before, from) || cutsPair(before, to) ? change : { from, to, insert };
}

/** The keys that undo and redo: the browser's own history knows nothing of what others typed. */
function turnOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (altKey || ctrlKey === metaKey) return undefined;
  if (key.toLowerCase() === 'z') return shiftKey ? 'redo' : 'undo';
  return key.toLowerCase() === 'y' && ctrlKey && !shiftKey ? 'redo' : undefined;
}

export function bindTextarea(field, text, options = {}) {
  const { onSelect } = options;
  withoutReturns(text);
  let shown = text.text;
  field.value = shown;
  const report = (error) => field.dispatchEvent(new CustomEvent('parley-error', { detail: error, bubbles: true }));

  const follower = new Follower(text, (changes) => {
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = field;
    const isCaret = selectionStart === selectionEnd;
    const [start, end] = [
      movedPosition(selectionStart, changes, isCaret ? -1 : 1),
      movedPosition(selectionEnd, changes, -1),
    ];
    for (const { from, to, insert } of changes.toReversed?.() ?? [...changes].reverse())
      field.setRangeText(insert, from, to);
    shown = field.value;
    field.setSelectionRange(start, Math.max(start, end), selectionDirection ?? 'none');
    field.scrollTop = scrollTop;
    if (text.text.includes('\r')) queueMicrotask(() => withoutReturns(text));
  });

  const typed = () => {
    const change = changeOf(shown, field.value, field.selectionEnd ?? 0);
    shown = field.value;
    if (change) follower.typed([change]).catch(report);
  };
  const turn = (event, name) => {
    if (name === undefined) return;
    event.preventDefault();
    text[name]();
  };
  const on = {
    input: typed,
    compositionstart: () => follower.hold(true),
    compositionend: () => {
      // Some browsers tell of the text first, and some of its end.
      typed();
      follower.hold(false);
    },
    beforeinput: (event) => turn(event, { historyUndo: 'undo', historyRedo: 'redo' }[event.inputType]),
    keydown: (event) => turn(event, turnOf(event)),
    select: () => selected(),
    keyup: () => selected(),
    pointerup: () => selected(),
    focus: () => selected(),
  };
  const selected = () => {
    if (onSelect === undefined || text.text !== shown) return;
    const { selectionStart, selectionEnd } = field;
    onSelect({ from: text.anchor(selectionStart), to: text.anchor(selectionEnd, 'before') });
  };
  for (const [type, listener] of Object.entries(on)) field.addEventListener(type, listener);
  return () => {
    follower.stop();
    for (const [type, listener] of Object.entries(on)) field.removeEventListener(type, listener);
  };
}
