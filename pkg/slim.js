// The entry for those who fetch and cache the wasm themselves: call `init()` once, before anything else.
import { checkEnvironment, starting } from './src/start.js';
import { loadText } from './src/text-engine.js';
import { setPart, setPartLoader, setTextLoader } from './wasm/host/browser.js';
import load, {
  conflicts_start,
  gateways_start,
  initConflicts,
  initGateways,
  initStates,
  initStores,
  startStatesWith,
  startStoresWith,
} from './wasm/parley_sync.js';

export * from './src/api.js';

// A state that merges text asks for the engine; nobody else pays for it.
setTextLoader(loadText);

let started;

/** Fetches and compiles the wasm; later calls wait for the first. */
export function init(source, parts) {
  started ??= start(source, parts).catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(source, parts = {}) {
  checkEnvironment();
  await load({ module_or_path: source ?? standardSource() });
  const refusing = (cause) =>
    starting(() => {
      throw cause;
    });
  try {
    await initStates(parts.states);
    await initStores(parts.stores);
  } catch (cause) {
    // Messages work all the same: who makes a state is told.
    startStatesWith(refusing(cause));
    startStoresWith(refusing(cause));
    return;
  }
  try {
    await initConflicts(parts.conflicts);
    setPart('conflicts', conflicts_start);
  } catch (cause) {
    setPartLoader('conflicts', refusing(cause));
  }
  try {
    await initGateways(parts.gateways);
    setPart('gateways', gateways_start);
  } catch (cause) {
    setPartLoader('gateways', refusing(cause));
  }
}

function standardSource() {
  const url = new URL('./wasm/parley_sync_bg.wasm', import.meta.url);
  if (url.protocol !== 'file:') return url;
  // Node fetches no file: URLs. Asked this way, no bundler sees an import of a Node module.
  return globalThis.process?.getBuiltinModule?.('node:fs')?.readFileSync(url) ?? url;
}
