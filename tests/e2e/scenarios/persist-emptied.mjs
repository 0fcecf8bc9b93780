// Storage that somebody else empties, in real browsers: what was stored counts as deleted in every window, and is told.
import { scenario } from '../lib/scenario.mjs';

/** An application page whose state is kept. */
function keep({ persist = {}, channel } = {}) {
  window.told = [];
  window.failed = [];
  window.parley = Parley.create(channel ? { channel } : {});
  const onError = ({ code, details }) => failed.push([code, details.reason]);
  window.state = new SyncedState(parley, { theme: 'light' }, { persist: { key: 'app', onError, ...persist } });
  state.subscribe((now, before, change) => {
    for (const key of change.keys) told.push(`${change.origin} ${key}`);
  });
}

const shown = () => canon(state.getState());
const login = () => void state.setState({ token: 'secret', user: 'ada' });
const isStored = () => localStorage.getItem('app')?.includes('secret');
const storesNothingSecret = () => !Object.values(localStorage).join().includes('secret');

for (const [how, empty] of [
  ['localStorage.clear()', () => localStorage.clear()],
  ['removeItem()', () => localStorage.removeItem('app')],
]) {
  scenario(
    `${how}: gone in this tab, in one that hears it by the channel, and in one that shares the storage only`,
    async (t) => {
      const tab = await t.open(t.a, keep, { channel: 'app' });
      const heard = await t.open(t.a, keep, { channel: 'app' });
      const apart = await t.open(t.a, keep);
      const tabs = [tab, heard, apart];
      await tab.eval(login);
      for (const one of tabs) await one.until(() => state.get('token') === 'secret');
      await tab.until(isStored);
      await tab.eval(() => pause(700));
      for (const one of tabs) await one.eval(() => void (told.length = 0));
      await tab.eval(empty);
      await tab.eval(() => void state.setState({ n: 1 }));
      for (const one of tabs) await one.until(() => state.get('n') === 1 && !state.get('token') && !state.get('user'));
      t.assert.deepEqual(await apart.eval(() => told.filter((one) => one === 'storage token').length), 1);
      t.assert.equal(await tab.eval(shown), await tab.eval(() => canon({ theme: 'light', n: 1 })));
      for (const one of tabs) {
        await one.eval(() => void state.setState({ m: Math.random() }));
        t.assert.deepEqual(await one.eval(() => failed), []);
      }
      for (const one of tabs) await one.tab.close();
      const next = await t.open(t.a, keep);
      await next.until(() => state.get('n') === 1);
      t.assert.equal(await next.eval(() => 'token' in state.getState()), false);
      t.assert.ok(await next.eval(storesNothingSecret));
    },
  );
}

scenario('emptied in the only tab, without any write: noticed all the same', async (t) => {
  const tab = await t.open(t.a, keep);
  await tab.eval(login);
  await tab.until(isStored);
  await tab.eval(() => pause(100));
  await tab.eval(() => localStorage.clear());
  await tab.until(() => !state.get('token'));
  t.assert.deepEqual((await tab.eval(() => told)).filter((one) => one.startsWith('storage')).sort(), [
    'storage token',
    'storage user',
  ]);
});

scenario('logout in a page without a Parley, login, and back to the page in the back/forward cache', async (t) => {
  const tab = await t.open(t.a, keep);
  await tab.eval(login);
  await tab.until(isStored);
  await tab.eval(() => pause(100));
  await tab.tab.goto(t.url(t.a, () => {}, {}, { page: 'plain.html' }));
  await tab.loaded();
  await tab.eval(() => localStorage.clear());
  const other = await t.open(t.a, keep);
  // Begun anew, an hour later.
  await other.eval(() => {
    const now = Date.now;
    Date.now = () => now() + 240_000;
    state.setState({ login: 'new' });
  });
  await other.until(() => localStorage.getItem('app')?.includes('login'));
  await tab.tab.back();
  await tab.until(() => window.state?.get('login') === 'new');
  await tab.until(() => !state.get('token'));
  await tab.eval(() => void state.setState({ back: 1 }));
  await other.until(() => state.get('back') === 1);
  t.assert.equal(await other.eval(shown), await other.eval(() => canon({ theme: 'light', login: 'new', back: 1 })));
  t.assert.ok(await other.eval(storesNothingSecret));
});

for (const [how, empty] of [
  [
    'cleared',
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('parley-sync');
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('states', 'readwrite');
          transaction.objectStore('states').clear();
          transaction.oncomplete = () => resolve(opening.result.close());
        };
        opening.onerror = () => reject(opening.error);
      }),
  ],
  [
    'deleted with its database, which nothing blocks',
    () =>
      new Promise((resolve, reject) => {
        const deleting = indexedDB.deleteDatabase('parley-sync');
        deleting.onsuccess = () => resolve();
        deleting.onerror = () => reject(deleting.error);
      }),
  ],
]) {
  scenario(`IndexedDB: ${how}`, async (t) => {
    const persist = { storage: 'indexedDB' };
    const tab = await t.open(t.a, keep, { persist, channel: 'app' });
    const other = await t.open(t.a, keep, { persist, channel: 'app' });
    await tab.eval(() => state.ready.then(() => state.setState({ token: 'secret' })));
    await other.until(() => state.get('token') === 'secret');
    for (const one of [tab, other]) await one.eval(() => pause(800));
    await tab.eval(empty);
    for (const one of [tab, other]) await one.until(() => !state.get('token'));
    await other.eval(() => void state.setState({ n: 1 }));
    await tab.until(() => state.get('n') === 1);
    await tab.eval(() => pause(800));
    for (const one of [tab, other]) t.assert.deepEqual(await one.eval(() => failed), []);
    for (const one of [tab, other]) await one.tab.close();
    const next = await t.open(t.a, keep, { persist });
    await next.eval(() => state.ready.then(() => {}));
    t.assert.equal(await next.eval(shown), await next.eval(() => canon({ theme: 'light', n: 1 })));
  });
}
