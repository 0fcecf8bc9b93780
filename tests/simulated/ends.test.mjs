// How things end: in processes of their own, for what matters is whether those end, and what they say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';

const entry = new URL('../../pkg/index.js', import.meta.url);

/** What a program that has the package's names prints; it fails unless the process ends by itself. */
const run = (source) =>
  new Promise((resolve, reject) => {
    const program = `import * as parleySync from ${JSON.stringify(entry)}; Object.assign(globalThis, parleySync);
      process.on('unhandledRejection', (error) => console.log('unhandled', error.code));
      ${source}`;
    const args = ['--input-type=module', '--eval', program];
    execFile(process.execPath, args, { timeout: 60_000 }, (error, out, err) =>
      error ? reject(new Error(`${error.killed ? 'it does not end' : error.message}: ${err}`)) : resolve(out.trim()),
    );
  });

test('a test network lets the process end, whoever of it is destroyed when', async () => {
  const said = await run(`
    const network = createTestNetwork();
    const [a, b] = [network.createParley(), network.createParley()];
    await network.settle();
    network.createParley().destroy();
    const parted = createTestNetwork();
    const first = parted.createParley();
    parted.partition([first]);
    parted.createParley();
    await parted.settle();
    console.log(a.getConnectedTargets().length);`);
  assert.equal(said, '1');
});

test('what is destroyed straight after it was made leaves no rejection that nobody awaits', async () => {
  const said = await run(`
    const network = createTestNetwork();
    const other = network.createParley({ instanceId: 'other' });
    const parley = network.createParley();
    await network.settle();
    const silent = { onframe: null, onclose: null, send() {}, close() {} };
    other.on('never', () => new Promise(() => {}));
    const make = () => {
      const state = new SyncedState(parley, { n: 0 }, { conflict: 'merge' });
      const store = new SyncedStore(parley, (all, action) => [...all, action.type], []);
      parley.connect(silent, 'far');
      parley.send('never');
      parley.once('never');
      state.setState({ n: 1 });
      state.setState({ n: 2 }, { ack: 'all' });
      state.setState({ n: 3 }, { rollbackOnError: true });
      state.increment('n');
      state.transaction(() => void state.setState({ n: 4 }));
      store.dispatch({ type: 'a' });
      new SyncedState(parley, { n: 0 }, { name: 'slow', debounceMs: 1000 }).setState({ n: 5 });
      return [parley.send('never'), parley.once('never'), state.setState({ n: 6 }, { ack: 'all' })];
    };
    const awaited = make();
    parley.destroy();
    for (const promise of awaited) await promise.catch((error) => console.log('awaited', error.code));
    await new Promise((resolve) => setTimeout(resolve));
    console.log('done');`);
  assert.equal(said, 'awaited ERR_DESTROYED\n'.repeat(3) + 'done');
});
