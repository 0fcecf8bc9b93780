// A service worker with everything from the start.
import * as ParleySync from '/pkg/full.js';
import './service-worker-states.js';

serveStates(ParleySync);
