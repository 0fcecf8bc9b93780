// The wasm for restricted peers, in the package's JavaScript from the start: for those who cannot load it later.
import './inline-conflicts.js';
import { bytes } from '../wasm/inline-gateways.js';
import { provideGateways } from './gateways.js';

provideGateways(bytes);
