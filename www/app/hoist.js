// The row of flags: one for this window and one for each connected peer.

import { flagIcon, flagName } from './flags.js';
import { h, restart, setText } from './dom.js';

const LEAVING_MS = 260;

export function mountHoist(root, count, session) {
  const slots = new Map();

  const draw = () => {
    const { me } = session.roster;
    const windows = [
      { id: '', letter: me.letter, kind: 'this window', state: 'connected' },
      ...session.peers.filter((peer) => peer.state !== 'disconnected'),
    ];
    const present = new Set(windows.map((window) => window.id));
    for (const [id, slot] of slots) if (!present.has(id)) strike(slots, id, slot);
    for (const window of windows) {
      const slot = slots.get(window.id) ?? raise(slots, root, window.id);
      if (slot.dataset.letter !== window.letter) {
        slot.dataset.letter = window.letter;
        slot.querySelector('.hoist-flag').replaceChildren(flagIcon(window.letter));
        setText(slot.querySelector('.hoist-name'), window.letter ? flagName(window.letter) : 'Unnamed');
      }
      slot.dataset.state = window.state;
      setText(slot.querySelector('.hoist-kind'), window.state === 'connected' ? window.kind : window.state);
    }
    setText(count, windows.length === 1 ? '1 window' : `${windows.length} windows`);
  };

  const flutter = (peerId) => {
    const flag = slots.get(peerId)?.querySelector('.hoist-flag');
    if (flag) restart(flag, 'flutter');
  };
  session.addEventListener('peers', draw);
  session.addEventListener('wave', ({ detail }) => flutter(detail.from));
  session.addEventListener('state', ({ detail }) => {
    if (detail.change) flutter(detail.change.origin === 'local' ? '' : detail.change.from?.id);
  });
  draw();
}

function raise(slots, root, id) {
  const slot = h(
    'li',
    { class: 'hoist-slot' },
    h('span', { class: 'hoist-flag' }),
    h('span', { class: 'hoist-name' }),
    h('span', { class: 'hoist-kind' }),
  );
  slots.set(id, slot);
  root.append(slot);
  return slot;
}

function strike(slots, id, slot) {
  slots.delete(id);
  slot.classList.add('leaving');
  setTimeout(() => slot.remove(), LEAVING_MS);
}
