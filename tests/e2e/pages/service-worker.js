// A service worker that takes part over the port it is given.
import { Parley } from '/pkg/index.js';

const parley = Parley.create();
parley.on('never', () => new Promise(() => {}));

addEventListener('message', (event) => {
  event.waitUntil(parley.connect(event.ports[0], 'page'));
});
