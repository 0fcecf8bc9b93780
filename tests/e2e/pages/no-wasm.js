// The import succeeds; what needs the wasm says why it cannot.
import { Parley } from '/pkg/index.js';

try {
  Parley.create();
  window.outcome = 'created';
} catch ({ code, message }) {
  window.outcome = { code, message };
}
