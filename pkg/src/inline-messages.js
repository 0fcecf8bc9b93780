// The wasm of messages, in the package's JavaScript: compiled when it is first used, so that nothing has to be awaited, fetched or
// configured, and an import costs nothing.
import { bytes } from '../wasm/inline-messages.js';
import { initSync, startWith } from '../wasm/parley_sync.js';
import { starting } from './start.js';

/** The same class or function, whose first use starts the wasm. */
export function withMessages(exported) {
  startWith(starting(() => initSync({ module: bytes() })));
  return exported;
}
