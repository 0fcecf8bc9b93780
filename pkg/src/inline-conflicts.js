// The wasm for states with conflicts, in the package's JavaScript from the start: for those who cannot load it later.
import { bytes } from '../wasm/inline-conflicts.js';
import { provideConflicts } from './conflicts.js';

provideConflicts(bytes);
