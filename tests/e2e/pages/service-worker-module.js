// A service worker as an application would write it. It may not import() anything, so the engine for text is imported with it.
import * as ParleySync from '/pkg/index.js';
import '/pkg/text.js';
import './service-worker-states.js';

serveStates(ParleySync);
