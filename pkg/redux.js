// Import 'parley-sync' as well, or initialise 'parley-sync/slim': the code that makes the Parley has done so.
import { withStores } from './src/inline-stores.js';
import { enhancerOver } from './src/redux.js';
import { SyncedStore } from './wasm/parley_sync.js';

export const parleyEnhancer = /* @__PURE__ */ enhancerOver(/* @__PURE__ */ withStores(SyncedStore));
