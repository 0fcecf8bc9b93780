import type * as Package from './index.js';

declare global {
  /** What the script `parley-sync.iife.js` leaves: everything that the module exports. */
  const ParleySync: typeof Package;
}
export {};
