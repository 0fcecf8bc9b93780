import { Presence } from 'parley-sync';
import { parley } from '../window.js';

const name = document.querySelector('#name');
name.value = `Guest ${parley.instanceId.slice(0, 4)}`;

// A value that lives as long as this window: the others drop it when the window
// closes, crashes or is paused.
const presence = new Presence(parley, { name: name.value, typing: false });

const share = () =>
  presence.set({ name: name.value, typing: document.activeElement === name });
for (const event of ['input', 'focus', 'blur']) name.addEventListener(event, share);

function show(others) {
  const items = [...others.values()].map(({ name, typing }) => {
    const item = document.createElement('li');
    item.textContent = typing ? `${name} (in the name field)` : name;
    return item;
  });
  document.querySelector('#others').replaceChildren(...items);
}
presence.subscribe(show);
show(presence.others);
