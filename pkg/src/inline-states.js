// The wasm of states, in the package's JavaScript; it adds to that of messages. Who imports no state does not load it.
import { setTextLoader } from '../wasm/host/browser.js';
import { bytes } from '../wasm/inline-states.js';
import { initStatesSync, startStatesWith } from '../wasm/parley_sync.js';
import { loadConflictsLate } from './conflicts.js';
import { loadGatewaysLate } from './gateways.js';
import { withMessages } from './inline-messages.js';
import { starting } from './start.js';
import { loadText } from './text-engine.js';

/** The same class or function, whose first use starts these parts of the wasm. */
export function withStates(exported) {
  startStatesWith(starting(() => initStatesSync(bytes())));
  // A state that merges text asks for the engine; nobody else pays for it.
  setTextLoader(loadText);
  loadConflictsLate();
  loadGatewaysLate();
  return withMessages(exported);
}
