// Everything at once: no part of the wasm is loaded later, by import() or otherwise. For service workers, and for those who want no
// further request.
import './text.js';
import './src/inline-gateways.js';

export * from './index.js';
