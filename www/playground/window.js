// This window's Parley, its connections to the other windows, and its pause switch.
import { Parley } from 'parley-sync';
import { inspect } from 'parley-sync/inspector';
import { loadOrigins } from '../app/origins.js';

// Both origins of this site may connect. By default only the own origin may.
const origins = await loadOrigins();
export const parley = Parley.create({ allowedOrigins: origins.all });

// The windows are frames of one page. Each connects the others; the one that loads
// last completes the connection.
const all = [...Array(parent.length).keys()];
const others = all.filter((index) => parent[index] !== self);
const name = (index) => `window-${index + 1}`;

function connect() {
  for (const index of others) {
    const options = { timeout: Infinity };
    parley.connect(parent[index], name(index), options).catch((error) => {
      // disconnect() ends an attempt that still waits for the other window.
      if (error.code !== 'ERR_CONNECTION') throw error;
    });
  }
}

// A paused window has no connection at all, and takes none. What is written stays in
// the window that wrote it; when connected again, both sides compare what they have.
function disconnect() {
  for (const index of others) parley.disconnect(name(index));
}

const pause = document.querySelector('#pause');
const isPaused = () => pause.getAttribute('aria-checked') === 'true';
pause.onclick = () => {
  pause.setAttribute('aria-checked', !isPaused());
  if (isPaused()) disconnect();
  else connect();
  show();
};

function show() {
  const count = parley.getConnectedTargets().length;
  const text = count ? `Connected to ${count} of ${others.length}` : 'Waiting';
  document.querySelector('#connection').textContent = isPaused() ? 'Paused' : text;
}
parley.onSystem('system:connection_state_changed', show);

const own = all.find((index) => parent[index] === self) ?? 0;
const place = `Window ${own + 1}, ${location.host}`;
document.querySelector('#place').textContent = place;
// The inspector, open in another tab, shows what passes between the windows.
inspect(parley, { name: `Window ${own + 1}` });
connect();
show();
