// The wasm of stores, in the package's JavaScript; it adds to that of states. Who imports no store does not load it.
import { bytes } from '../wasm/inline-stores.js';
import { initStoresSync, startStoresWith } from '../wasm/parley_sync.js';
import { withStates } from './inline-states.js';
import { starting } from './start.js';

/** The same class or function, whose first use starts these parts of the wasm. */
export function withStores(exported) {
  startStoresWith(starting(() => initStoresSync(bytes())));
  return withStates(exported);
}
