// What a frame or a popup shows: the same widget, peers and log as the main page, in less room.

import { mountLog } from './log.js';
import { loadOrigins } from './origins.js';
import { mountPeers } from './peers.js';
import { Session } from './session.js';
import { mountWidget } from './widget.js';

const byId = (id) => document.getElementById(id);
const ROLES = ['frame', 'widget', 'popup'];

export async function start() {
  const query = new URLSearchParams(location.search);
  const role = ROLES.includes(query.get('role')) ? query.get('role') : 'widget';
  const origins = await loadOrigins();
  // The windows of the other origin name no channel: everything they have comes through the page
  // that embeds or opened them.
  const relayed = role === 'widget' || query.get('over') === 'opener';
  const session = new Session({ role, origins: origins.all, channel: relayed ? undefined : 'demo' });

  document.documentElement.dataset.role = role;
  mountWidget(byId('widget'), session, { announce: role === 'popup', heading: 'h1' });
  mountPeers(byId('peers'), session);
  mountLog(byId('log'), session);
}
