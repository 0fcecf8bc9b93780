// The main page: this window's widget, two frames, popups and tabs.

import { flagName } from './flags.js';
import { setText } from './dom.js';
import { mountHoist } from './hoist.js';
import { mountLog } from './log.js';
import { loadOrigins } from './origins.js';
import { mountPane } from './panes.js';
import { mountPeers } from './peers.js';
import { Session } from './session.js';
import { mountWidget, roleName } from './widget.js';

const byId = (id) => document.getElementById(id);
const POPUP = 'popup,width=440,height=760';

export async function start() {
  const origins = await loadOrigins();
  if (!origins.known) {
    throw new Error(`This page was opened as ${location.origin}; open it as ${origins.first} instead.`);
  }
  const session = new Session({ role: 'main', origins: origins.all, channel: 'demo' });

  mountHoist(byId('hoist'), byId('window-count'), session);
  mountWidget(byId('widget'), session, { announce: true, heading: 'h2' });
  setText(byId('own-origin'), location.origin);
  mountPane({
    root: byId('pane-same'),
    session,
    title: 'A frame of this origin',
    url: new URL('frame.html?role=frame', location.href).href,
  });
  mountPane({
    root: byId('pane-other'),
    session,
    title: 'A frame of another origin',
    url: new URL('frame.html?role=widget', origins.other).href,
    connectAs: 'widget',
  });
  mountPeers(byId('peers'), session);
  mountLog(byId('log'), session);
  mountOpeners(session, origins);
  announceArrivals(session);
}

function mountOpeners(session, origins) {
  byId('open-tab').addEventListener('click', () => window.open(location.href, '_blank', 'noopener'));
  byId('open-popup').addEventListener('click', () => {
    window.open(new URL('frame.html?role=popup', location.href), '_blank', POPUP);
  });
  let serial = 0;
  byId('open-popup-other').addEventListener('click', async () => {
    const popup = window.open(new URL('frame.html?role=popup&over=opener', origins.other), '_blank', POPUP);
    if (!popup) return setText(byId('arrivals'), 'The browser blocked the popup.');
    serial += 1;
    try {
      await session.parley.connect(popup, `popup-${serial}`);
    } catch (error) {
      session.history.add({ kind: 'error', type: error.code ?? error.name, payload: error.message });
    }
  });
}

function announceArrivals(session) {
  const arrivals = byId('arrivals');
  session.addEventListener('system', ({ detail: { event, data } }) => {
    const { letter, role } = session.nameOf(data.id ?? '');
    const name = letter ? `${flagName(letter)}, ${roleName(role)},` : `A window of ${data.origin}`;
    if (event === 'system:connected') setText(arrivals, `A window of ${data.origin} has joined.`);
    if (event === 'system:reconnected') setText(arrivals, `${name} is back.`);
    if (event === 'system:disconnected') setText(arrivals, `${name} has left.`);
  });
}
