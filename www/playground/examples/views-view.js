// The view: a classic script in a sandbox. It knows neither the host nor the proxy.
const { Parley, SyncedState } = ParleySync;
const say = (id, text) => (document.querySelector(id).textContent = text);

async function begin() {
  const parley = Parley.create({ allowedOrigins: [] });
  parley.on('ui:size', () => `${innerWidth} × ${innerHeight}`);
  // It lets in its parent, whoever that is, and nobody else.
  const grants = { messages: [], relayed: ['ui:*'] };
  await parley.connect(parent, 'proxy', {
    anyOrigin: true,
    grants,
    timeout: Infinity,
  });

  const conversation = new SyncedState(parley, {}, { name: 'conversation' });
  const show = ({ title = '', items = [] }) =>
    say('#seen', `${title}: ${items.join(', ')}`);
  conversation.subscribe(show);
  await conversation.ready;
  show(conversation.getState());

  document.querySelector('#add').onclick = async () => {
    try {
      const count = await parley.send('ui:add', 'Tent', { relayTo: 'host' });
      say('#answer', `The host has ${count} items.`);
    } catch (error) {
      say('#answer', `${error.code}: ${error.message}`);
    }
  };
}
begin();
