// The widget every window shows: who this window is, and the three things all of them share.

import { flagIcon, flagName, flagUrl } from './flags.js';
import { formatMs, h, restart, setText } from './dom.js';

const ROLES = {
  main: 'Main page',
  frame: 'Frame, same origin',
  widget: 'Frame, other origin',
  popup: 'Popup',
};
const THEMES = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function roleName(role) {
  return ROLES[role] ?? 'Window';
}

/** announce: only one window of a screen may speak, or a screen reader hears every change once per frame. */
export function mountWidget(root, session, { announce, heading }) {
  const status = h('p', { class: 'widget-status', role: announce ? 'status' : undefined });
  const say = (text) => setText(status, text);
  const parts = [
    identity(session, heading),
    counter(session, announce),
    note(session),
    theme(session),
    signals(session, say),
    status,
  ];
  root.replaceChildren(...parts.flatMap((part) => part.element ?? part));
  root.classList.add('widget');

  session.addEventListener('wave', ({ detail }) => {
    const { letter, shortId } = session.nameOf(detail.from);
    say(`${letter ? flagName(letter) : shortId} waves.`);
    restart(root, 'waving');
  });
  const draw = (state) => {
    for (const part of parts) part.draw?.(state);
  };
  session.addEventListener('state', ({ detail }) => draw(detail.now));
  session.addEventListener('peers', () => draw(session.state.getState()));
  draw(session.state.getState());
}

function identity(session, heading) {
  const flag = h('span', { class: 'widget-flag' });
  const name = h(heading, { class: 'widget-name' });
  const element = h(
    'header',
    { class: 'widget-identity' },
    flag,
    h('div', {}, name, h('p', { class: 'widget-role' }, `${roleName(session.role)} · `, h('code', {}, location.host))),
  );
  let shown;
  return {
    element,
    draw() {
      const { letter } = session.roster.me;
      if (letter === shown) return;
      shown = letter;
      flag.replaceChildren(flagIcon(letter));
      setText(name, flagName(letter));
      document.title = `${flagName(letter)} · ${roleName(session.role)} · parley-sync`;
      document.querySelector('link[rel=icon]').href = flagUrl(letter);
    },
  };
}

function counter(session, announce) {
  const value = h('output', { class: 'counter-value', name: 'count', 'aria-live': announce ? 'polite' : 'off' });
  const by = h('p', { class: 'counter-by' });
  const step = (delta, label, text) =>
    h('button', { type: 'button', class: 'step', 'aria-label': label, onclick: () => session.add(delta) }, text);
  const element = h(
    'div',
    { class: 'counter', role: 'group', 'aria-label': 'Shared counter' },
    step(-1, 'Take one away', '−'),
    h('div', { class: 'counter-face' }, value, by),
    step(1, 'Add one', '+'),
  );
  return {
    element,
    draw({ count, by: author }) {
      if (value.textContent !== String(count)) {
        setText(value, String(count));
        restart(value, 'ticking');
      }
      const mine = author?.id === session.parley.instanceId;
      const text = author ? (mine ? 'changed here' : `changed by ${flagName(author.letter)}`) : 'not changed yet';
      if (by.textContent === text) return;
      by.replaceChildren(...(author ? [flagIcon(author.letter)] : []), text);
    },
  };
}

function note(session) {
  const area = h('textarea', {
    name: 'note',
    rows: 3,
    placeholder: 'Type here and watch the other windows',
    oninput: () => session.set({ note: area.value }),
  });
  return {
    element: h('label', { class: 'field' }, h('span', { class: 'field-label' }, 'Shared note'), area),
    draw({ note: text }) {
      if (area.value === text) return;
      // Keeps the caret where the person was typing when the text changes under it.
      const { selectionStart, selectionEnd } = area;
      area.value = text;
      if (document.activeElement === area) area.setSelectionRange(selectionStart, selectionEnd);
    },
  };
}

function theme(session) {
  const inputs = THEMES.map(([value]) =>
    h('input', { type: 'radio', name: 'theme', value, onchange: () => session.set({ theme: value }) }),
  );
  const element = h(
    'fieldset',
    { class: 'field themes' },
    h('legend', { class: 'field-label' }, 'Shared theme'),
    h(
      'div',
      { class: 'segments' },
      ...THEMES.map(([, label], i) => h('label', { class: 'segment' }, inputs[i], h('span', {}, label))),
    ),
  );
  return {
    element,
    draw({ theme: current }) {
      for (const input of inputs) input.checked = input.value === current;
      document.documentElement.dataset.theme = current;
    },
  };
}

function signals(session, say) {
  const button = (text, action) => h('button', { type: 'button', class: 'button', onclick: action }, text);
  const asksPage = session.role !== 'main';
  return h(
    'div',
    { class: 'signals', role: 'group', 'aria-label': 'Messages' },
    button('Wave to all', async () => {
      const heard = await session.wave();
      say(heard === 1 ? 'Waved to 1 window.' : `Waved to ${heard} windows.`);
    }),
    button('Ping all', async () => {
      say('Pinging…');
      say(describePings(await session.pingAll()));
    }),
    button(asksPage ? 'Ask the page' : 'Ask the frame', async () => {
      const target = asksPage ? pageOf(session) : 'widget';
      if (!target) return say('No main page is connected.');
      say('Asking…');
      const { result, error, ms } = await session.ask(target);
      say(
        error
          ? `No answer: ${error.code ?? error.message}`
          : `Its size is ${result.width} × ${result.height}, its counter ${result.count}. The answer took ${formatMs(ms)}.`,
      );
    }),
    session.canMuster ? button('All add 1', () => session.musterAll()) : '',
  );
}

function pageOf(session) {
  const peers = session.peers.filter((peer) => peer.state === 'connected');
  const above = peers.find((peer) => peer.kind === 'parent' || peer.kind === 'opener');
  return (above ?? peers.find((peer) => peer.role === 'main'))?.id;
}

function describePings(results) {
  if (results.length === 0) return 'No other window is connected.';
  const times = results.filter((result) => !result.error).map((result) => result.ms);
  const answered = `${times.length} of ${results.length} answered`;
  if (times.length === 0) return `${answered}.`;
  return `${answered}, in ${formatMs(Math.min(...times))} to ${formatMs(Math.max(...times))}.`;
}
