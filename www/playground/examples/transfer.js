import { SyncedState } from 'parley-sync';
import { parley } from '../window.js';

const say = (id, text) => (document.querySelector(id).textContent = text);
const refuse = document.querySelector('#refuse');

// Runs for every write of another window. A refused write is taken back in all windows.
const validate = ({ ada, bob }) => !refuse.checked && !(ada < 0) && !(bob < 0);
const state = new SyncedState(
  parley,
  { ada: 50, bob: 50 },
  { name: 'accounts', validate },
);

// Both writes count, or neither does: no window ever shows a balance that has
// changed in one account only.
async function transfer(amount) {
  say('#result', `Moved ${amount} here.`);
  await state.transaction(() => {
    state.setState((now) => ({ ada: now.ada - amount }));
    state.setState((now) => ({ bob: now.bob + amount }));
  });
}
document.querySelector('#move').addEventListener('click', () => transfer(30));
document.querySelector('#back').addEventListener('click', () => transfer(-30));

parley.onSystem('system:error', (error) =>
  say('#result', `Taken back: ${error.code}.`),
);

function show({ ada, bob }) {
  say('#ada', ada);
  say('#bob', bob);
}
state.subscribe(show);
