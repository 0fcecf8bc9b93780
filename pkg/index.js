// The default entry: the wasm is in the module and compiled while it is imported, so that nothing has to be awaited,
// fetched or configured.
import { startNow } from './src/start.js';
import { loadText } from './src/text-engine.js';
import { setTextLoader } from './wasm/host/browser.js';
import { bytes } from './wasm/inline.js';
import { initSync } from './wasm/parley_sync.js';

startNow(() => initSync({ module: bytes() }));
// A state that merges text asks for the engine; nobody else pays for it.
setTextLoader(loadText);

export * from './src/api.js';
