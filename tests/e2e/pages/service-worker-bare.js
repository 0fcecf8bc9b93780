// The same without the engine for text.
import * as ParleySync from '/pkg/index.js';
import './service-worker-states.js';

serveStates(ParleySync);
