export * from './index.js';

/**
 * Fetches and compiles the wasm. Nothing else of this entry works before it has settled; later calls wait for the first.
 * @param source where the wasm is, or the wasm itself. Default: `parley_sync_bg.wasm` beside the package's modules.
 * @param parts for where only modules that were compiled before may run (edge runtimes), and `source` is one: the parts for states,
 * stores, conflicts (merging, strategies, transactions, undo, `validate`), and gateways (restricted peers, and peers whose options
 * differ; they need conflicts), which are in it as bytes. Without them messages work, a state throws `ERR_ENVIRONMENT`, and a state
 * without conflicts or gateways emits it when it needs them.
 */
export function init(
  source?: string | URL | Request | Response | Promise<Response> | BufferSource | WebAssembly.Module,
  parts?: {
    states?: WebAssembly.Module;
    stores?: WebAssembly.Module;
    conflicts?: WebAssembly.Module;
    gateways?: WebAssembly.Module;
  },
): Promise<void>;
