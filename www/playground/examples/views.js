// The host. In it is a proxy of another origin, and in that a view that nobody trusts.
import { Parley, SyncedState } from 'parley-sync';
import { inspect } from 'parley-sync/inspector';
import { loadOrigins } from '../../app/origins.js';

const say = (id, text) => (document.querySelector(id).textContent = text);
const { other } = await loadOrigins();
const parley = Parley.create({ allowedOrigins: [other] });
inspect(parley, { name: 'Host' });

const initial = { title: 'A trip', items: ['Map'] };
const conversation = new SyncedState(parley, initial, { name: 'conversation' });

// The proxy may send nothing by itself. What the view sends may pass through it, and of
// the state it reads everything and writes the items.
const grants = {
  messages: [],
  relayed: ['ui:*'],
  read: ['conversation.*'],
  write: ['conversation.items'],
};
parley.on('ui:add', (item, _respond, { senderId, relayedFrom }) => {
  say('#asked', `The ${relayedFrom.id} behind the ${senderId} added ${item}.`);
  conversation.setState({ items: [...conversation.get('items'), String(item)] });
  return conversation.get('items').length;
});

const title = document.querySelector('#title');
title.oninput = () => conversation.setState({ title: title.value });
document.querySelector('#rename').onsubmit = (event) => event.preventDefault();
function show({ title: text, items }) {
  if (title.value !== text) title.value = text;
  const list = items.map((item) => {
    const entry = document.createElement('li');
    entry.textContent = item;
    return entry;
  });
  document.querySelector('#items').replaceChildren(...list);
}
conversation.subscribe(show);
show(conversation.getState());

document.querySelector('#question').onclick = async () => {
  try {
    const route = { targetId: 'proxy', relayTo: 'view' };
    say('#answer', await parley.send('ui:size', null, route));
  } catch (error) {
    say('#answer', `${error.code}: ${error.message}`);
  }
};

say('#place', `Host, ${location.host}`);
const frame = document.querySelector('#proxy');
frame.src = `${other}${new URL('views-proxy.html', location.href).pathname}`;
await parley.connect(frame, 'proxy', { grants, timeout: Infinity });
// What a server returned, as far as the host knows.
const html = await fetch(new URL('views-view.html', import.meta.url));
await parley.send('show', await html.text(), { targetId: 'proxy' });
say('#connection', 'Connected to the proxy');
