// A shared worker: one Parley, a port for each page.
import { Parley, SyncedState } from '/pkg/index.js';

const parley = Parley.create();
const state = new SyncedState(parley, {});
parley.on('double', (n) => n * 2);
parley.on('state', () => state.getState());

let pages = 0;
self.onconnect = ({ ports }) => parley.connect(ports[0], `page-${++pages}`);
