// Text merged by character, with a wasm of its own. A state that merges text loads this by itself.
import { provide } from './text-engine.js';
import { syncedTextOver } from './synced-text.js';
import { engineOver } from './text-instances.js';
import { Difference, Merge, Text, __wbg_reset_state as restart, initSync } from '../wasm/parley_sync_text.js';
import { bytes } from '../wasm/text-inline.js';

export const engine = engineOver({ Text, Merge, Difference, restart });

/** A text that editors edit: one key of a state. */
export const SyncedText = syncedTextOver(engine);

const start = () => {
  try {
    initSync({ module: bytes() });
    return true;
  } catch {
    // There is no WebAssembly here, or it must not be compiled: then there is no Parley either, and creating one says so.
    return false;
  }
};
if (start()) provide(engine);
