export * from './index.js';

/**
 * Fetches and compiles the wasm. Nothing else of this entry works before it has settled; later calls wait for the first.
 * @param source where the wasm is, or the wasm itself. Default: `parley_sync_bg.wasm` beside the package's modules.
 */
export function init(
  source?: string | URL | Request | Response | Promise<Response> | BufferSource | WebAssembly.Module,
): Promise<void>;
