import { SyncedState } from 'parley-sync';
import { parley } from '../window.js';

// 'merge' keeps the characters that each window typed. Without it the later write
// of the whole text would win.
const initial = { text: 'Shopping list\n- bread\n- milk\n' };
const state = new SyncedState(parley, initial, { name: 'note', conflict: 'merge' });

const note = document.querySelector('#note');
note.value = state.get('text');
note.addEventListener('input', () => state.setState({ text: note.value }));

state.subscribeKey('text', (text) => {
  if (note.value === text) return;
  const { selectionStart, selectionEnd } = note;
  note.value = text;
  note.setSelectionRange(selectionStart, selectionEnd);
});
