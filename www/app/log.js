// The log: messages, state changes and connections, newest first.

import { flagIcon, flagName } from './flags.js';
import { formatMs, formatTime, h, setText, summarise } from './dom.js';

const KINDS = { in: 'received', out: 'sent', state: 'state', system: 'system', error: 'error' };
const FILTERS = [
  ['all', 'Everything', () => true],
  ['messages', 'Messages', (entry) => entry.kind === 'in' || entry.kind === 'out'],
  ['state', 'State', (entry) => entry.kind === 'state'],
  ['system', 'Connections', (entry) => entry.kind === 'system' || entry.kind === 'error'],
];

export function mountLog(root, session) {
  const list = h('ol', { class: 'log' });
  const empty = h('p', { class: 'empty' });
  const select = h(
    'select',
    { name: 'filter', onchange: () => draw() },
    ...FILTERS.map(([value, label]) => h('option', { value }, label)),
  );
  root.replaceChildren(
    h(
      'div',
      { class: 'log-tools' },
      h('label', { class: 'inline-field' }, h('span', {}, 'Show'), select),
      h('button', { type: 'button', class: 'button quiet', onclick: () => session.history.clear() }, 'Clear'),
    ),
    h('div', { class: 'scroller log-scroller', role: 'region', 'aria-label': 'Log', tabIndex: 0 }, list, empty),
  );

  const drawn = new Map();
  // A peer's name may arrive after the first thing it did.
  const named = (entry) => {
    if (!entry.from?.peerId || entry.from.letter) return entry;
    const from = session.nameOf(entry.from.peerId);
    return from.letter ? { ...entry, from } : entry;
  };
  const draw = () => {
    const [, label, wanted] = FILTERS.find(([value]) => value === select.value);
    const entries = session.history.entries.filter(wanted);
    const seen = new Set(entries.map((entry) => entry.serial));
    for (const serial of drawn.keys()) if (!seen.has(serial)) drawn.delete(serial);
    list.replaceChildren(...entries.map((entry) => item(drawn, named(entry))));
    empty.hidden = entries.length > 0;
    setText(empty, select.value === 'all' ? 'Nothing yet.' : `Nothing yet under “${label}”.`);
  };
  // A burst of changes is drawn once.
  let scheduled = false;
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      draw();
    });
  };
  session.addEventListener('log', schedule);
  session.addEventListener('peers', schedule);
  draw();
}

function item(drawn, entry) {
  const known = drawn.get(entry.serial);
  if (known && known.times === entry.times && known.at === entry.at && known.letter === entry.from?.letter) {
    return known.element;
  }
  const payload = summarise(entry.payload);
  const element = h(
    'li',
    { class: `entry entry-${entry.kind}` },
    h('time', { dateTime: new Date(entry.at).toISOString() }, formatTime(entry.at)),
    h('span', { class: 'entry-kind' }, KINDS[entry.kind]),
    h(
      'div',
      { class: 'entry-body' },
      h(
        'p',
        { class: 'entry-head' },
        h('code', { class: 'entry-type' }, entry.type),
        who(entry),
        entry.times > 1 ? h('span', { class: 'entry-times' }, `${entry.times} times`) : null,
        entry.ms === undefined ? null : h('span', { class: 'entry-ms' }, formatMs(entry.ms)),
      ),
      payload ? h('code', { class: 'entry-payload' }, payload) : null,
    ),
  );
  drawn.set(entry.serial, { element, times: entry.times, at: entry.at, letter: entry.from?.letter });
  return element;
}

function who({ kind, from, origin }) {
  if (!from && !origin) return kind === 'out' ? 'to all' : null;
  const name = from?.self ? 'this window' : from?.letter ? flagName(from.letter) : (from?.shortId ?? 'someone');
  return h(
    'span',
    { class: 'entry-who' },
    kind === 'out' ? 'to ' : 'from ',
    from?.letter ? flagIcon(from.letter) : null,
    h('span', {}, name),
    origin ? h('code', { class: 'entry-origin' }, origin) : null,
  );
}
