// The wasm for restricted peers, and for peers whose options differ; it adds to that for states with conflicts.
import { loadPart, setPart, setPartLoader } from '../wasm/host/browser.js';
import { gateways_start, initGatewaysSync, startGatewaysWith } from '../wasm/parley_sync.js';
import { starting } from './start.js';

/** It is here: `bytes` gives the wasm. */
export function provideGateways(bytes) {
  startGatewaysWith(starting(() => initGatewaysSync(bytes())));
  setPart('gateways', gateways_start);
}

/** A state loads it when the first such peer comes. Bundlers put it into a file of its own. */
export function loadGatewaysLate() {
  setPartLoader('gateways', async () => {
    const [{ bytes }] = await Promise.all([import('../wasm/inline-gateways.js'), loadPart('conflicts')]);
    provideGateways(bytes);
  });
}
