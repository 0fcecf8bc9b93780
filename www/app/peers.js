// The live peers as a table: kind, origin, state and latency, as the library reports them.

import { flagIcon, flagName } from './flags.js';
import { formatMs, h, setText } from './dom.js';

const REFRESH_MS = 2000;
// The roles are written out because a narrow window lays the table out as a grid, which would drop them.
const COLUMNS = ['Window', 'Kind', 'Origin', 'State', 'Latency'];

export function mountPeers(root, session) {
  const rows = h('tbody', { role: 'rowgroup' });
  const headings = h(
    'tr',
    { role: 'row' },
    ...COLUMNS.map((name) => h('th', { scope: 'col', role: 'columnheader' }, name)),
  );
  const table = h(
    'table',
    { class: 'peers', role: 'table' },
    h('caption', { class: 'visually-hidden' }, 'Windows this one is connected to'),
    h('thead', { role: 'rowgroup' }, headings),
    rows,
  );
  const empty = h('p', { class: 'empty' }, 'No other window is here yet. Open one.');
  root.replaceChildren(
    h('div', { class: 'scroller', role: 'region', 'aria-label': 'Peers', tabIndex: 0 }, table),
    empty,
  );

  const draw = () => {
    const { peers } = session;
    empty.hidden = peers.length > 0;
    table.hidden = peers.length === 0;
    const kept = new Map([...rows.children].map((row) => [row.dataset.peer, row]));
    // Rows are kept, not rebuilt, so that a reader standing in one is not thrown out of it.
    const next = peers.map((peer) => fill(kept.get(peer.id) ?? emptyRow(peer.id), peer));
    if (next.length !== rows.children.length || next.some((row, i) => row !== rows.children[i])) {
      rows.replaceChildren(...next);
    }
  };
  session.addEventListener('peers', draw);
  setInterval(draw, REFRESH_MS);
  draw();
}

function emptyRow(id) {
  const cells = COLUMNS.slice(1).map((name) => h('td', { role: 'cell', class: `peer-${name.toLowerCase()}` }));
  const row = h(
    'tr',
    { role: 'row' },
    h('th', { scope: 'row', role: 'rowheader' }, h('span', { class: 'who' })),
    ...cells,
  );
  row.dataset.peer = id;
  return row;
}

function fill(row, peer) {
  const [who, kind, origin, state, latency] = row.cells;
  const label = peer.letter ? flagName(peer.letter) : 'Unnamed';
  if (row.dataset.letter !== peer.letter) {
    row.dataset.letter = peer.letter;
    const id = h('code', { class: 'peer-id', title: peer.id }, peer.shortId);
    who.firstElementChild.replaceChildren(flagIcon(peer.letter), h('span', {}, label), id);
  }
  setText(kind, peer.kind);
  setText(origin, peer.origin);
  setText(latency, formatMs(peer.latency));
  if (state.dataset.state !== peer.state) {
    state.dataset.state = peer.state;
    state.replaceChildren(h('span', { class: 'state' }, peer.state));
  }
  return row;
}
