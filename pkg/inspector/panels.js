// The lists of the inspector: windows, links, states, and the timeline.
import { h, keep, setAttribute, setText } from './dom.js';

const bytes = (count) => (count < 1000 ? `${count} B` : `${(count / 1000).toFixed(1)} kB`);
const clock = (at) => {
  const date = new Date(at);
  return `${date.toLocaleTimeString([], { hour12: false })}.${String(date.getMilliseconds()).padStart(3, '0')}`;
};
const nameOf = ({ window }) => window.name || window.id;

/** What a window's peer is called: by its own name if it is inspected, else by its id. */
function peerName(reports, { links }, id) {
  const uid = links.find((link) => link.id === id)?.uid;
  const other = reports.find(({ window }) => window.uid === uid || window.id === id);
  return other?.window.name || (id.length > 20 ? `${id.slice(0, 8)}…` : id);
}

/** Each window, with the button that freezes it. */
export function windows(list, reports, command) {
  const make = ({ window: { uid } }) => {
    const freeze = h(
      'button',
      { type: 'button', click: () => command(uid, { do: 'freeze', frozen: !card.frozen }) },
      'Freeze',
    );
    const card = h(
      'li',
      { class: 'card' },
      h('div', { class: 'card-head' }, h('span', { class: 'name' }), freeze),
      h('p', { class: 'about' }),
    );
    return Object.assign(card, { freeze });
  };
  const update = (card, report) => {
    const { window, links } = report;
    card.frozen = window.frozen;
    setText(card.querySelector('.name'), nameOf(report));
    setText(
      card.querySelector('.about'),
      `${window.place} · id ${window.id} · ${links.length} ${links.length === 1 ? 'link' : 'links'}`,
    );
    setAttribute(card.freeze, 'aria-pressed', window.frozen);
    setAttribute(card.freeze, 'aria-label', `Freeze ${nameOf(report)}`);
  };
  keep(list, reports, ({ window }) => window.uid, make, update);
}

const BUTTONS = [
  ['paused', 'Pause'],
  ['delayed', 'Delay'],
  ['lossy', 'Drop'],
  ['cut', 'Cut'],
];

/** Each link as one window sees it, with the buttons that control it. `settings` says how long and how much. */
export function links(list, reports, command, settings) {
  const all = reports.flatMap((report) => report.links.map((link) => ({ report, link })));
  const make = ({ report, link }) => {
    const set = (mode) => {
      const isOn = card.mode === mode;
      command(report.window.uid, { do: 'link', peer: link.id, mode: isOn ? 'open' : mode, ...settings() });
    };
    const buttons = BUTTONS.map(([mode, label]) =>
      Object.assign(h('button', { type: 'button', click: () => set(mode) }, label), { mode, label }),
    );
    const card = h(
      'li',
      { class: 'card' },
      h('div', { class: 'card-head' }, h('span', { class: 'name' }), h('span', { class: 'about wire' })),
      h('p', { class: 'about counts' }),
      h('div', { class: 'buttons', role: 'group' }, ...buttons),
    );
    return Object.assign(card, { buttons });
  };
  const update = (card, { report, link }) => {
    const { gate, sent, received } = link;
    card.mode = gate.mode;
    const title = `${nameOf(report)} → ${peerName(reports, report, link.id)}`;
    setText(card.querySelector('.name'), title);
    const latency = link.latency === undefined ? 'not measured yet' : `${link.latency.toFixed(1)} ms`;
    setText(
      card.querySelector('.wire'),
      `${link.kind} · ${link.origin || 'no origin'} · ${link.wire || 'no wire'} · ${link.state} · ${latency}`,
    );
    const held = [gate.waiting > 0 && `${gate.waiting} held`, gate.dropped > 0 && `${gate.dropped} dropped`].filter(
      Boolean,
    );
    const counts = `sent ${sent.frames} (${bytes(sent.bytes)}), received ${received.frames} (${bytes(received.bytes)})`;
    setText(card.querySelector('.counts'), [counts, ...held].join(', '));
    setAttribute(card.querySelector('.buttons'), 'aria-label', `Control ${title}`);
    for (const button of card.buttons) {
      setAttribute(button, 'aria-pressed', gate.mode === button.mode);
      setAttribute(button, 'aria-label', `${button.label}: ${title}`);
    }
  };
  keep(list, all, ({ report, link }) => `${report.window.uid} ${link.id}`, make, update);
}

/** Who a writer is, by the windows that are inspected; else by whom it was heard of. */
function writerName(reports, here, { writer, by, at }) {
  if (at === 0) return 'initial value';
  const report = reports.find(({ states }) => states.some((state) => state.writer === writer));
  if (report) return nameOf(report);
  return by ? `${peerName(reports, here, by)}, or a window behind it` : 'a window that is gone';
}

const candidatesOf = ({ candidates = [] }) =>
  candidates.length < 2 ? '' : `conflict: ${candidates.map(({ value, from }) => `${value} (${from})`).join(', ')}`;

/** The states of one window, key by key; keys that another window shows differently are marked. */
export function states(list, report, reports) {
  const make = () => {
    const head = h('tr', {}, ...['Key', 'Value', 'Written by', 'When'].map((text) => h('th', { scope: 'col' }, text)));
    return h('table', {}, h('caption'), h('thead', {}, head), h('tbody'));
  };
  const others = (name) =>
    reports
      .filter((other) => other !== report)
      .flatMap((other) => {
        const state = other.states.find((one) => one.name === name);
        return state
          ? [{ other, values: new Map(state.entries.map((entry) => [entry.key, entry.value])), keys: state.keys }]
          : [];
      });
  const update = (table, state) => {
    const cut = state.keys > state.entries.length ? `, the first ${state.entries.length}` : '';
    setText(
      table.querySelector('caption'),
      `${state.kind === 'store' ? 'Store' : 'State'} '${state.name}': ${state.keys} ${state.keys === 1 ? 'key' : 'keys'}${cut}`,
    );
    const elsewhere = others(state.name);
    const makeRow = () =>
      h(
        'tr',
        {},
        h('td', { class: 'mono' }),
        h('td', {}, h('span', { class: 'mono' }), h('div', { class: 'warn' })),
        h('td'),
        h('td', { class: 'when' }),
      );
    keep(
      table.querySelector('tbody'),
      state.entries,
      ({ key }) => key,
      makeRow,
      (row, entry) => {
        const [key, value, by, when] = row.children;
        setText(key, entry.key);
        setText(value.firstChild, entry.isDeleted ? '(deleted)' : entry.value);
        const different = elsewhere.filter(
          ({ values, keys }) => keys <= 500 && (values.get(entry.key) ?? '') !== entry.value,
        );
        const notes = [
          candidatesOf(entry),
          different.length > 0 && `differs in ${different.map(({ other }) => nameOf(other)).join(', ')}`,
        ];
        setText(value.lastChild, notes.filter(Boolean).join('; '));
        setText(by, state.kind === 'store' ? '' : writerName(reports, report, entry));
        setText(when, entry.at ? clock(entry.at) : '');
      },
    );
  };
  keep(list, report?.states ?? [], ({ name, kind }) => `${kind} ${name}`, make, update);
}

const KINDS = {
  all: () => true,
  messages: ({ type }) => type === 'message' || type === 'answer' || type === 'abort',
  writes: ({ type }) => type === 'write',
  refusals: ({ level, conflict }) => level === 'error' || level === 'warn' || conflict > 1,
};

/** Most entries that the timeline shows. */
const SHOWN = 300;

/** What happened in all windows, the latest first. */
export function timeline(list, windows, { kind, words, since }) {
  const reports = [...windows.values()].map(({ report }) => report);
  const all = [...windows.values()].flatMap(({ report, timeline }) => timeline.map((entry) => ({ report, ...entry })));
  const isWanted = (entry) =>
    entry.at > since && KINDS[kind](entry) && (words === '' || line(reports, entry).toLowerCase().includes(words));
  const found = all
    .filter(isWanted)
    .sort((a, b) => b.at - a.at || b.number - a.number)
    .slice(0, SHOWN);
  const make = (entry) => {
    const isBad = entry.level === 'error' || entry.fate === 'dropped';
    const isOdd = entry.level === 'warn' || entry.fate === 'held' || entry.conflict;
    return h(
      'li',
      { class: `entry ${isBad ? 'bad' : isOdd ? 'warn' : ''}` },
      h('span', { class: 'time mono' }, clock(entry.at)),
      h('b', {}, entry.fate ? `${entry.type}, ${entry.fate}` : entry.type),
      line(reports, entry),
    );
  };
  keep(list, found, ({ report, number }) => `${report.window.uid} ${number}`, make);
}

function line(reports, entry) {
  const { report, way, peer, text, type, bytes: size, code } = entry;
  const here = nameOf(report);
  if (type === 'write') return `in ${here}, by ${writerName(reports, report, { ...entry, by: peer })}: ${text}`;
  if (!way) return `in ${here}: ${text}${code && !text.includes(code) ? ` (${code})` : ''}`;
  const about = `${text}${size === undefined ? '' : ` (${bytes(size)})`}`;
  const there = peerName(reports, report, peer);
  return way === 'sent' ? `${here} → ${there}: ${about}` : `${here} ← ${there}: ${about}`;
}
