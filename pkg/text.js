// Text merged by character, with a wasm of its own. A state that merges text loads this by itself; who wants it there from
// the start imports it.
import { provide } from './src/text-engine.js';
import { engineOver } from './src/text-instances.js';
import { Merge, Text, __wbg_reset_state as restart, initSync } from './wasm/parley_sync_text.js';
import { bytes } from './wasm/text-inline.js';

initSync({ module: bytes() });

export const engine = engineOver({ Text, Merge, restart });
provide(engine);
