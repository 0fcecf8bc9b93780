// The proxy: a page of another origin that shows one view, and lets messages pass.
import { Parley, SyncedState } from 'parley-sync';
import { loadOrigins } from '../../app/origins.js';

const say = (id, text) => (document.querySelector(id).textContent = text);
const { other } = await loadOrigins();
const parley = Parley.create({ allowedOrigins: [other] });
// It relays the state of that name between the host and the view.
new SyncedState(parley, {}, { name: 'conversation' });
parley.connect(parent, 'host', { grants: { messages: ['show', 'ui:*'] } });

const frame = document.querySelector('#view');
const grants = {
  messages: ['ui:*'],
  read: ['conversation.*'],
  write: ['conversation.items'],
};
// The route: messages pass between the view and the host, within the grants of all three.
const options = { opaque: true, grants, relay: ['host'], timeout: Infinity };
const join = () => parley.connect(frame, 'view', options);

parley.on('show', async (html) => {
  frame.srcdoc = html;
  await join();
  say('#connection', 'Connected to host and view');
});
// A view that reloads is another document: nobody, until it is connected again.
parley.onSystem('system:disconnected', ({ id, reason }) => {
  if (id === 'view' && reason === 'navigated') join();
});
document.querySelector('#reload').onclick = () => (frame.srcdoc += ' ');
say('#place', `Proxy, ${location.host}`);
