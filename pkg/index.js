// The default entry: the wasm is in the module and compiled while it is imported, so that nothing has to be awaited,
// fetched or configured.
import { bytes } from './wasm/inline.js';
import { initSync } from './wasm/parley_sync.js';

initSync({ module: bytes() });

export * from './src/api.js';
