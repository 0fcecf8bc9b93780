import { SyncedState } from 'parley-sync';
import { parley } from '../window.js';

const state = new SyncedState(parley, { theme: 'system' }, { name: 'theme' });
const form = document.querySelector('fieldset');
form.onchange = ({ target }) => state.setState({ theme: target.value });
state.subscribeKey('theme', (theme) => {
  document.documentElement.dataset.theme = theme;
  form.querySelector(`[value=${theme}]`).checked = true;
});
