// What the service workers of the scenarios do: a state that is kept and merges its texts, and what went wrong with it. A script
// that is no module: not every browser knows modules in service workers.

globalThis.serveStates = ({ Parley, SyncedState }) => {
  const parley = Parley.create({ channel: 'with-worker' });
  const initial = { note: 'middle' };
  const errors = [];
  const note = ({ code, message, details }) => void errors.push({ code, message, reason: details?.reason });
  parley.onSystem('system:error', note);
  const persist = { key: 'kept-by-worker', storage: 'indexedDB', onError: note };
  const state = new SyncedState(parley, initial, { conflict: 'merge', persist });
  parley.on('write', async (updates) => void (await state.setState(updates)));
  parley.on('note', () => state.get('note'));
  parley.on('errors', () => errors);
  // What is stored, as somebody finds it who begins anew.
  parley.on('stored', async () => {
    const alone = { on: () => () => {}, broadcast: async () => {} };
    const again = new SyncedState(alone, initial, { conflict: 'merge', persist });
    await again.ready;
    const found = { ...again.getState() };
    again.destroy();
    return found;
  });
  self.oninstall = () => self.skipWaiting();
  self.onactivate = (event) => event.waitUntil(self.clients.claim());
};
