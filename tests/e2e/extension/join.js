// What a content script and a page of the extension have in common: they join the service worker, and join it again when it was stopped.
import { Parley, SyncedState } from '../../../pkg/index.js';
import { extensionLink } from '../../../pkg/links.js';

export function join(name) {
  const parley = Parley.create({ allowedOrigins: [] });
  const connect = () =>
    parley
      .connect(extensionLink(chrome.runtime.connect({ name })), 'background')
      .catch((error) => console.warn(error.code));
  parley.onSystem('system:disconnected', ({ id, reason }) => {
    if (id === 'background' && reason !== 'local') connect();
  });
  connect();
  return { parley, state: new SyncedState(parley, {}) };
}
