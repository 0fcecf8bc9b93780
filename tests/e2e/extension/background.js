// The service worker: the hub of the extension, stopped and started as the browser likes.
import { Parley, SyncedState } from '../../../pkg/index.js';
import { extensionLink } from '../../../pkg/links.js';

const parley = Parley.create({ allowedOrigins: [] });
const state = new SyncedState(parley, {});
const life = crypto.randomUUID();
parley.on('life', () => life);
state.subscribeKey('question', (n) => state.setState({ answer: n * 2 }));
chrome.runtime.onConnect.addListener((port) => {
  const id = port.sender.tab?.id === undefined ? port.name : `${port.name}-${port.sender.tab.id}`;
  parley.connect(extensionLink(port), id).catch(() => {});
});
