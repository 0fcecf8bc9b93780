// Starting the wasm. Where that is impossible the import succeeds all the same, and the first use throws the reason.
import { makeError } from '../wasm/host/errors.js';

/** What has to be in the global scope. Browsers and Node have all of it; sandboxes of test runners do not. */
const NEEDED = [
  'WebAssembly',
  'TextDecoder',
  'TextEncoder',
  'structuredClone',
  'MessageChannel',
  'AbortController',
  'crypto',
];

/** Throws ERR_ENVIRONMENT if something is missing here. */
export function checkEnvironment() {
  const missing = NEEDED.filter((name) => globalThis[name] === undefined);
  if (missing.length === 0) return;
  const advice =
    missing[0] === 'WebAssembly'
      ? 'it needs WebAssembly, which this browser or its lockdown mode has switched off'
      : "add them before anything imports 'parley-sync'; Jest's jsdom hides those of Node, a test environment can hand them on";
  throw makeError('ERR_ENVIRONMENT', `parley-sync cannot run here without ${missing.join(', ')}: ${advice}`, {
    missing,
  });
}

const refused = (cause) => {
  const message =
    `the WebAssembly of parley-sync cannot be compiled here (${cause?.message ?? cause}). A page with a ` +
    "Content-Security-Policy needs 'wasm-unsafe-eval' in script-src. Where only precompiled modules may run (edge runtimes), " +
    "import the wasm files and hand them to init(module, { states, stores, conflicts, gateways }) of 'parley-sync/slim'";
  return Object.assign(makeError('ERR_ENVIRONMENT', message, { missing: [] }), { cause });
};

/** The same start, which throws ERR_ENVIRONMENT where it is impossible. */
export function starting(start) {
  return () => {
    checkEnvironment();
    try {
      start();
    } catch (cause) {
      throw refused(cause);
    }
  };
}
