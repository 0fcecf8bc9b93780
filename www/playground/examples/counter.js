import { SyncedState } from 'parley-sync';
import { parley } from '../window.js';

const state = new SyncedState(parley, { count: 0 }, { name: 'counter' });

// increment() travels as "add one", not as a value: no window overwrites what
// another has counted.
document.querySelector('#add').onclick = () => state.increment('count');
document.querySelector('#burst').onclick = () => {
  for (let i = 0; i < 100; i++) state.increment('count');
};

const output = document.querySelector('#count');
const show = (count) => (output.textContent = count);
state.subscribeKey('count', show);
show(state.get('count'));
