// The same for browsers without modules in service workers.
importScripts('/pkg/wasm/parley-sync.iife.js', '/pkg/wasm/parley-sync-text.iife.js', '/e2e/service-worker-states.js');
serveStates(ParleySync);
