import { SyncedState } from 'parley-sync';
import { parley } from '../window.js';

// Elements with an `id` are records: windows may add, edit, move and delete
// them at the same moment, and all of it counts.
const initial = {
  list: [
    { id: 'a', title: 'Buy bread', done: false },
    { id: 'b', title: 'Call Ada', done: false },
  ],
};
const options = { name: 'todos', conflict: 'merge' };
const state = new SyncedState(parley, initial, options);

const change = (edit) => state.setState(({ list }) => ({ list: edit(list) }));

const title = document.querySelector('#title');
document.querySelector('#add').addEventListener('submit', (event) => {
  event.preventDefault();
  const task = { id: crypto.randomUUID(), title: title.value, done: false };
  change((list) => [...list, task]);
  title.value = '';
});

const actions = {
  Done: (list, task) =>
    list.map((one) => (one.id === task.id ? { ...one, done: !one.done } : one)),
  Top: (list, task) => [task, ...actions.Delete(list, task)],
  Delete: (list, task) => list.filter(({ id }) => id !== task.id),
};

function button(name, task) {
  const element = document.createElement('button');
  element.className = 'button small';
  element.textContent = name;
  element.id = `${name}-${task.id}`;
  element.setAttribute('aria-label', `${name}: ${task.title}`);
  if (name === 'Done') element.setAttribute('aria-pressed', task.done);
  element.onclick = () => change((list) => actions[name](list, task));
  return element;
}

function show({ list }) {
  const focused = document.activeElement.id;
  const items = list.map((task) => {
    const item = document.createElement('li');
    const text = document.createElement(task.done ? 's' : 'span');
    text.textContent = task.title;
    item.append(text, ...Object.keys(actions).map((name) => button(name, task)));
    return item;
  });
  document.querySelector('#list').replaceChildren(...items);
  if (focused) document.getElementById(focused)?.focus();
}
state.subscribe(show);
show(state.getState());
