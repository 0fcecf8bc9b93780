// Service workers: states that are kept in IndexedDB and texts that merge, without import(), which is not allowed there.
import { scenario } from '../lib/scenario.mjs';

/** A page in the worker's channel, once the worker runs. */
const withWorker = ({ script, type, conflict = 'merge' }) => {
  // A scope of its own: a worker of another run may still be on its way out.
  window.registering = navigator.serviceWorker.register(script, { type, scope: `/e2e/${crypto.randomUUID()}/` });
  window.parley = Parley.create({ channel: 'with-worker' });
  window.errors = [];
  parley.onSystem('system:error', ({ code, message }) => errors.push({ code, message }));
  window.state = new SyncedState(parley, { note: 'middle' }, { conflict });
};
const ask = (page, type) => page.eval((type) => parley.send(type), type);

const keepsAndMerges = async (t, script, type) => {
  const page = await t.open(t.a, withWorker, { script, type });
  try {
    await page.until(() => parley.peers.some(({ kind }) => kind === 'worker'));
    await page.eval(() => state.ready);
    // Both write before either has heard of the other: each addition stays.
    await page.eval(() =>
      Promise.all([parley.send('write', { note: 'middle after' }), state.setState({ note: 'before middle' })]),
    );
    await page.until(() => state.get('note') === 'before middle after');
    await t.until(async () => (await ask(page, 'note')) === 'before middle after', 'the worker shows both');
    await t.until(async () => (await ask(page, 'stored')).note === 'before middle after', 'the worker has stored both');
    t.assert.deepEqual(await ask(page, 'errors'), []);
    t.assert.deepEqual(await page.eval(() => errors), []);
  } finally {
    await page.eval(async () => (await registering).unregister());
  }
};

scenario('a service worker keeps a state in IndexedDB and merges text: a classic script', (t) =>
  keepsAndMerges(t, '/e2e/service-worker-classic.js', 'classic'),
);

scenario('the same, as a module', async (t) => {
  if (t.browser.name === 'firefox') return t.note('Firefox has no modules in service workers');
  await keepsAndMerges(t, '/e2e/service-worker-module.js', 'module');
});

scenario('without the parts that merge it says what to import', async (t) => {
  if (t.browser.name === 'firefox') return t.note('Firefox has no modules in service workers');
  const page = await t.open(t.a, withWorker, { script: '/e2e/service-worker-bare.js', type: 'module' });
  try {
    await page.until(() => parley.peers.some(({ kind }) => kind === 'worker'));
    await page.eval(() => parley.send('write', { note: 'middle after' }));
    await t.until(async () => (await ask(page, 'errors')).length > 0, 'the worker was told');
    const [{ code, message }] = await ask(page, 'errors');
    t.assert.equal(code, 'ERR_ENVIRONMENT');
    t.assert.match(message, /import what you use from 'parley-sync\/full'.*service worker/);
  } finally {
    await page.eval(async () => (await registering).unregister());
  }
});

// A peer with other options for some keys takes part by way of a gateway, a part of the wasm that is loaded by import() elsewhere.
const MISMATCHED = { note: 'merge', other: 'manual' };

scenario('a service worker with everything from the start takes peers whose options differ', async (t) => {
  const [script, type] =
    t.browser.name === 'firefox'
      ? ['/e2e/service-worker-classic.js', 'classic']
      : ['/e2e/service-worker-full.js', 'module'];
  const page = await t.open(t.a, withWorker, { script, type, conflict: MISMATCHED });
  try {
    await page.until(() => parley.peers.some(({ kind }) => kind === 'worker'));
    await page.eval(() => state.setState({ note: 'of the page' }));
    await t.until(async () => (await ask(page, 'note')) === 'of the page', 'the worker hears of it');
    await page.eval(() => parley.send('write', { note: 'of the worker' }));
    await page.until(() => state.get('note') === 'of the worker');
    const codes = (await ask(page, 'errors')).map(({ code }) => code);
    t.assert.deepEqual([...new Set(codes)], ['ERR_CONFIG_MISMATCH']);
  } finally {
    await page.eval(async () => (await registering).unregister());
  }
});

scenario('one without says what to import', async (t) => {
  if (t.browser.name === 'firefox') return t.note('Firefox has no modules in service workers');
  const script = '/e2e/service-worker-module.js';
  const page = await t.open(t.a, withWorker, { script, type: 'module', conflict: MISMATCHED });
  try {
    await page.until(() => parley.peers.some(({ kind }) => kind === 'worker'));
    const said = async () => (await ask(page, 'errors')).find(({ code }) => code === 'ERR_ENVIRONMENT');
    await t.until(async () => (await said()) !== undefined, 'the worker was told');
    t.assert.match((await said()).message, /import what you use from 'parley-sync\/full'.*service worker/);
  } finally {
    await page.eval(async () => (await registering).unregister());
  }
});
