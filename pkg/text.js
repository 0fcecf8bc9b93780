// The engine that merges text, and what a state needs to merge, both from the start: for those who use `SyncedText`, and for service
// workers, where nothing can be loaded later.
import './src/inline-conflicts.js';

export { SyncedText, engine } from './src/text.js';
