// The wasm for states with conflicts: merging, choosing, taking back, undoing; it adds to that of states.
import { setPart, setPartLoader } from '../wasm/host/browser.js';
import { conflicts_start, initConflictsSync, startConflictsWith } from '../wasm/parley_sync.js';
import { starting } from './start.js';

/** It is here: `bytes` gives the wasm. */
export function provideConflicts(bytes) {
  startConflictsWith(starting(() => initConflictsSync(bytes())));
  setPart('conflicts', conflicts_start);
}

/** A state loads it when it first needs it. Bundlers put it into a file of its own. */
export function loadConflictsLate() {
  setPartLoader('conflicts', async () => {
    const { bytes } = await import('../wasm/inline-conflicts.js');
    provideConflicts(bytes);
  });
}
