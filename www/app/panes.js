// The two embedded frames of the main page: load, reload, close, and for the one of another origin
// also connect and disconnect.

import { h, setText } from './dom.js';

/** pane: { root, session, title, url, connectAs? }; with connectAs, the frame is joined under that id. */
export function mountPane({ root, session, title, url, connectAs }) {
  let frame = null;
  const origin = new URL(url).origin;
  const status = h('span', { class: 'pane-status' });
  const reload = button(() => {
    frame.src = url;
  });
  const link = button(() => (connected() ? unlink() : join()));
  const presence = button(() => (frame ? close() : open()));
  const body = h('div', { class: 'pane-body' });
  root.replaceChildren(
    h(
      'div',
      { class: 'pane-bar' },
      h('h2', { class: 'pane-title' }, title),
      h('code', { class: 'pane-origin' }, origin),
      status,
      h('div', { class: 'pane-tools' }, reload, connectAs ? link : null, presence),
    ),
    body,
  );

  const connected = () => connectAs !== undefined && session.parley.isConnected(connectAs);

  function open() {
    frame = h('iframe', { title, src: url });
    body.replaceChildren(frame);
    draw();
    if (connectAs) join();
  }
  async function close() {
    // The id is given back, so that the next frame can be joined under it.
    if (connectAs) await unlink();
    frame = null;
    body.replaceChildren(h('p', { class: 'empty' }, 'Closed. The other windows go on without it.'));
    draw();
  }
  async function join() {
    setText(status, 'connecting');
    try {
      await session.parley.connect(frame, connectAs);
    } catch (error) {
      session.history.add({ kind: 'error', type: error.code ?? error.name, payload: error.message, origin });
    }
    draw();
  }
  async function unlink() {
    try {
      await session.parley.disconnect(connectAs);
    } catch (error) {
      // A frame that is not connected need not be disconnected.
      if (error.code !== 'ERR_TARGET_NOT_FOUND') throw error;
    }
    draw();
  }
  function draw() {
    reload.disabled = !frame;
    link.disabled = !frame;
    name(reload, 'Reload');
    name(presence, frame ? 'Close' : 'Open');
    name(link, connected() ? 'Disconnect' : 'Connect');
    if (connectAs) setText(status, frame ? (session.parley.getConnectionState(connectAs) ?? 'disconnected') : 'closed');
  }
  // Two frames have buttons of the same name: their labels say which frame is meant.
  function name(control, text) {
    setText(control, text);
    control.setAttribute('aria-label', `${text}: ${title}`);
  }

  session.addEventListener('peers', draw);
  open();
}

function button(onclick) {
  return h('button', { type: 'button', class: 'button small', onclick });
}
