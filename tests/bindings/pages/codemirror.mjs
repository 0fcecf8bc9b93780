// CodeMirror and textareas: windows that type into one text.
import { EditorState } from '@codemirror/state';
import { EditorView, runScopeHandlers } from '@codemirror/view';
import { Presence } from 'parley-sync';
import { syncedText } from 'parley-sync/codemirror';
import { SyncedText } from 'parley-sync/text';
import { bindTextarea } from 'parley-sync/textarea';
import { becomes, equal, pair, place, run, test } from './harness.js';

const editor = (state, options) => {
  const text = new SyncedText(state, 'body');
  const view = new EditorView({ doc: text.text, extensions: [syncedText(text, options)], parent: place() });
  return { text, view, shows: () => view.state.doc.toString() };
};

const typeAt = ({ view }, from, insert, to = from) => view.dispatch({ changes: { from, to, insert } });

const open = async (body, options) => {
  const windows = await pair({ body }, { conflict: 'merge' });
  return { ...windows, editors: [windows.here, windows.there].map((state) => editor(state, options)) };
};

test('CodeMirror: what both type at once is in both, and their carets stay with their text', async () => {
  const { network, editors, end } = await open('The quick fox\n');
  const [one, other] = editors;
  await becomes(one.shows, 'The quick fox\n');
  one.view.dispatch({ selection: { anchor: 10 } });
  typeAt(one, 10, 'brown ');
  one.view.dispatch({ selection: { anchor: 16 } });
  typeAt(other, 0, '😀 ');
  other.view.dispatch({
    changes: [
      { from: 3, to: 6, insert: 'A' },
      { from: 16, insert: '\n!' },
    ],
  });
  await network.settle();
  const expected = '😀 A quick brown fox\n!\n';
  for (const { shows, text } of editors) {
    await becomes(shows, expected);
    equal(text.text, expected);
  }
  equal(one.view.state.selection.main.head, 17);
  end();
});

test('CodeMirror: undo takes back what was typed here, and leaves what others typed', async () => {
  const { network, editors, end } = await open('[]');
  const [one, other] = editors;
  await becomes(one.shows, '[]');
  typeAt(one, 1, 'mine');
  await network.settle();
  typeAt(other, 5, ' theirs');
  await network.settle();
  await becomes(one.shows, '[mine theirs]');
  const press = (shiftKey) =>
    runScopeHandlers(
      one.view,
      new KeyboardEvent('keydown', { key: shiftKey ? 'Z' : 'z', code: 'KeyZ', keyCode: 90, ctrlKey: true, shiftKey }),
      'editor',
    );
  equal(press(false), true);
  await network.settle();
  for (const { shows } of editors) await becomes(shows, '[ theirs]');
  equal(one.text.redo(), true);
  await network.settle();
  for (const { shows } of editors) await becomes(shows, '[mine theirs]');
  end();
});

test('CodeMirror: the others see a selection, and a colour cannot bring in styles', async () => {
  const windows = await pair({ body: 'The quick fox' }, { conflict: 'merge' });
  const { network, a, b, here, there, end } = windows;
  const [mine, theirs] = [new Presence(a, {}), new Presence(b, {})];
  const one = editor(here, { presence: mine, user: { name: 'Ada', color: 'red; background: url(https://a.example)' } });
  const other = editor(there, { presence: theirs });
  await becomes(one.shows, 'The quick fox');
  one.view.focus();
  one.view.dispatch({ selection: { anchor: 4, head: 9 } });
  await becomes(() => [...theirs.others.values()][0]?.name, 'Ada');
  typeAt(other, 0, '> ');
  const selected = () => other.view.dom.querySelector('.cm-parley-selection')?.textContent;
  await becomes(selected, 'quick');
  const caret = other.view.dom.querySelector('.cm-parley-caret');
  equal([caret.title, caret.style.borderColor], ['Ada', 'steelblue']);
  await network.settle();
  one.view.destroy();
  end();
});

test('CodeMirror: an editor that begins with another document shows the text, and ends of lines are line feeds', async () => {
  const { network, here, there, end } = await pair({ body: 'one\r\ntwo\rthree' }, { conflict: 'merge' });
  const text = new SyncedText(here, 'body');
  const view = new EditorView({
    state: EditorState.create({ doc: 'else', extensions: [syncedText(text)] }),
    parent: place(),
  });
  await becomes(() => view.state.doc.toString(), 'one\ntwo\nthree');
  await network.settle();
  equal(there.get('body'), 'one\ntwo\nthree');
  there.setState({ body: 'one\ntwo\r\nthree' });
  await network.settle();
  await becomes(() => [view.state.doc.toString(), text.text], ['one\ntwo\nthree', 'one\ntwo\nthree']);
  view.destroy();
  there.setState({ body: 'one\ntwo' });
  await network.settle();
  equal(view.state.doc.toString(), 'one\ntwo\nthree');
  end();
});

test('CodeMirror beside a textarea', async () => {
  const { network, here, there, end } = await pair({ body: 'aa' }, { conflict: 'merge' });
  const one = editor(here);
  const field = place().appendChild(document.createElement('textarea'));
  const unbind = bindTextarea(field, new SyncedText(there, 'body'));
  await becomes(one.shows, 'aa');
  field.setSelectionRange(2, 2);
  field.setRangeText('a', 2, 2, 'end');
  field.dispatchEvent(new InputEvent('input'));
  typeAt(one, 2, 'b');
  await network.settle();
  await becomes(() => [one.shows(), field.value].every((shown) => /^aa(ab|ba)$/.test(shown)), true);
  unbind();
  typeAt(one, 0, 'c');
  await network.settle();
  equal(field.value.length, 4);
  end();
});

run();
