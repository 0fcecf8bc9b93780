// A state that is kept: reloads, closing tabs, windows that share one storage and nothing else, storage that does not work.
import { scenario } from '../lib/scenario.mjs';

/** An application page whose state is kept. `items` are in localStorage before the state is made, unless they were. */
function keep({ persist = {}, channel, initial = {}, items = {}, version }) {
  for (const [key, text] of Object.entries(items)) {
    if (localStorage.getItem(key) === null) localStorage.setItem(key, text);
  }
  window.told = [];
  window.origins = [];
  window.parley = Parley.create(channel ? { channel } : {});
  const onError = ({ code, details }) => told.push([code, details.reason]);
  window.state = new SyncedState(parley, initial, {
    persist: { key: 'app', onError, ...persist },
    ...(version && { version }),
  });
  window.atStart = canon(state.getState());
  state.subscribe((now, before, change) => origins.push(change.origin));
  window.atReady = state.ready.then(() => canon(state.getState()));
}

/** What the disk holds of a state in localStorage, as the state would show it. */
const onDisk = () => {
  const { records } = JSON.parse(localStorage.getItem('app') ?? '{"records":[]}');
  return canon(Object.fromEntries(records.map(([key, , , value]) => [key, value])));
};
const shown = () => canon(state.getState());

const VALUES = () =>
  state.setState({
    text: 'dark',
    date: new Date(5),
    map: new Map([[1, new Set(['a'])]]),
    bytes: new Uint8Array([0, 255]),
    big: 12n,
    zero: -0,
    nested: { list: [1, { x: undefined }] },
    gone: 1,
  });

scenario('a reload goes on exactly, at once', async (t) => {
  const tab = await t.open(t.a, keep, { initial: { text: 'initial', gone: 'initial', other: 1 } });
  await tab.eval(VALUES);
  await tab.eval(() => void state.delete('gone'));
  const before = await tab.eval(shown);
  for (let n = 0; n < 3; n++) {
    await tab.tab.reload();
    await tab.loaded();
    t.assert.equal(await tab.eval(() => atStart), before, 'before anything was awaited');
    t.assert.equal(await tab.eval(() => atReady), before);
    t.assert.deepEqual(await tab.eval(() => told), []);
  }
});

scenario('what was written a moment before the tab closed is there', async (t) => {
  for (let n = 0; n < 3; n++) {
    const tab = await t.open(t.a, keep);
    await tab.eval((n) => void state.setState({ [`k${n}`]: n, last: n }), n);
    await tab.tab.close();
    const next = await t.open(t.a, keep);
    // Another process may hear of it a moment later than it begins.
    await next.until((n) => state.get('last') === n, n);
    await next.tab.close();
  }
  const last = await t.open(t.a, keep);
  t.assert.equal(await last.eval(() => Object.keys(state.getState()).length), 4);
});

scenario('two tabs that cannot hear each other: both keep what both wrote, and hear of it', async (t) => {
  const [a, b] = [await t.open(t.a, keep), await t.open(t.a, keep)];
  await a.eval(() => void state.setState({ a: 1, both: 'a', gone: 1 }));
  await b.until(() => state.get('a') === 1);
  t.assert.deepEqual(await b.eval(() => [...new Set(origins)]), ['storage']);
  await b.eval(() => void state.setState({ b: { of: 'b' }, both: 'b' }));
  await b.eval(() => void state.delete('gone'));
  await a.until(() => state.get('b') && state.get('both') === 'b' && !('gone' in state.getState()));
  await a.tab.close();
  await b.tab.close();
  const c = await t.open(t.a, keep);
  await c.until(() => canon(state.getState()) === canon({ a: 1, b: { of: 'b' }, both: 'b' }));
});

for (const [how, channel] of [
  ['and nothing else', undefined],
  ['and a channel', 'app'],
]) {
  scenario(`two windows on one storage ${how}, 100 random writes each: the disk holds what they hold`, async (t) => {
    const tabs = [await t.open(t.a, keep, { channel }), await t.open(t.a, keep, { channel })];
    await Promise.all(
      tabs.map((tab, at) =>
        tab.eval(
          async ({ seed, at }) => {
            const below = random(seed);
            for (let n = 0; n < 100; n++) {
              const key = `k${below(12)}`;
              if (below(5) === 0) state.delete(key);
              else state.setState({ [key]: `${at}-${n}` });
              if (below(8) === 0) await pause(below(40));
              if (below(4) === 0) await turn();
            }
            state.setState({ [`done${at}`]: true });
          },
          { seed: t.seed * 2 + at, at },
        ),
      ),
    );
    for (const tab of tabs) await tab.until(() => state.get('done0') && state.get('done1'));
    await t.until(async () => {
      const all = [
        await tabs[0].eval(shown),
        await tabs[1].eval(shown),
        await tabs[0].eval(onDisk),
        await tabs[1].eval(onDisk),
      ];
      return all.every((one) => one === all[0]);
    }, 'both windows and the disk hold the same');
    const held = await tabs[0].eval(shown);
    for (const tab of tabs) await tab.tab.close();
    const next = await t.open(t.a, keep);
    t.assert.equal(await next.eval(() => atStart), held);
  });
}

scenario('two tabs that close at the same time lose nothing', async (t) => {
  const tabs = [await t.open(t.a, keep), await t.open(t.a, keep), await t.open(t.a, keep)];
  for (const [at, tab] of tabs.entries()) await tab.eval((at) => void state.setState({ [`k${at}`]: at }), at);
  await Promise.all(tabs.slice(0, 2).map((tab) => tab.tab.close()));
  // Firefox does not tell the others of what a closing page stores: whoever looks again finds it. In Chromium two
  // processes may overwrite each other in that instant: whoever is left hears of both, and stores both.
  const all = () => Object.keys(state.getState()).length === 3;
  if (t.browser.name === 'chromium') await tabs[2].until(all);
  await tabs[2].tab.reload();
  await tabs[2].loaded();
  await tabs[2].until(all);
});

scenario('storage that is full: told once, the state goes on, and what was stored stays', async (t) => {
  const tab = await t.open(t.a, keep);
  await tab.eval(() => void state.setState({ small: 1 }));
  await tab.until(() => localStorage.getItem('app'));
  await tab.eval(() => {
    for (let size = 4_000_000; size > 10; size = Math.floor(size / 2)) {
      for (let n = 0; n < 50; n++) {
        try {
          localStorage.setItem(`fill${size}-${n}`, 'x'.repeat(size));
        } catch {
          break;
        }
      }
    }
    state.setState({ large: 'y'.repeat(10_000) });
  });
  await tab.until(() => told.length > 0);
  await tab.eval(() => void state.setState({ large: 'z'.repeat(10_000) }));
  await tab.eval(() => pause(700));
  t.assert.deepEqual(await tab.eval(() => told), [['ERR_STORAGE', 'full']]);
  t.assert.equal(await tab.eval(onDisk), await tab.eval(() => canon({ small: 1 })));
  await tab.eval(() => {
    for (const key of Object.keys(localStorage)) if (key.startsWith('fill')) localStorage.removeItem(key);
    state.setState({ small: 2 });
  });
  await tab.tab.reload();
  await tab.loaded();
  t.assert.equal(await tab.eval(() => state.get('large').length + state.get('small')), 10_002);
});

scenario('a sandboxed frame, to which storage is denied', async (t) => {
  for (const [storage, reason] of [
    ['localStorage', 'denied'],
    ['indexedDB', /denied|failed|missing/],
  ]) {
    const src = t.url(t.a, keep, { persist: { storage }, initial: { n: 0 } });
    const top = await t.open(
      t.a,
      (src) => void addFrame('child', undefined, { sandbox: 'allow-scripts' }).setAttribute('src', src),
      src,
    );
    const child = await top.frame('child').loaded();
    await child.until(() => told.length > 0);
    const [[code, said], ...more] = await child.eval(() => told);
    t.assert.equal(code, 'ERR_STORAGE');
    t.assert.match(said, new RegExp(reason));
    t.assert.deepEqual(more, []);
    t.assert.equal(await child.eval(() => atReady), await child.eval(() => canon({ n: 0 })));
    await child.eval(() => state.setState({ n: 1 }));
    t.assert.equal(await child.eval(() => state.get('n')), 1);
    await top.tab.close();
  }
});

scenario('corrupt and foreign data, and data of a newer version', async (t) => {
  const corrupt = await t.open(t.a, keep, { items: { app: '{"theme":"da' }, initial: { a: 1 } });
  await corrupt.until(() => told.length === 1 && localStorage.getItem('app:corrupt') === '{"theme":"da');
  await corrupt.eval(() => void state.setState({ b: 2 }));
  await corrupt.tab.reload();
  await corrupt.loaded();
  t.assert.equal(await corrupt.eval(() => atStart), await corrupt.eval(() => canon({ a: 1, b: 2 })));
  t.assert.deepEqual(await corrupt.eval(() => told), []);

  const items = { theirs: JSON.stringify({ theme: 'dark', list: [1] }) };
  const foreign = await t.open(t.a, keep, { persist: { key: 'theirs' }, items, initial: { theme: 'light', other: 1 } });
  t.assert.equal(
    await foreign.eval(() => atStart),
    await foreign.eval(() => canon({ theme: 'dark', list: [1], other: 1 })),
  );
  await foreign.eval(() => void state.setState({ theme: 'blue' }));
  await foreign.tab.reload();
  await foreign.loaded();
  t.assert.equal(await foreign.eval(() => state.get('theme')), 'blue');

  const newer = await t.open(t.a, keep, { persist: { key: 'new' }, version: 3 });
  await newer.eval(() => void state.setState({ x: 'of 3' }));
  await newer.tab.close();
  const older = await t.open(t.a, keep, { persist: { key: 'new' }, version: 2 });
  await older.until(() => told.length === 1);
  t.assert.deepEqual(await older.eval(() => told), [['ERR_SCHEMA_VERSION', 'version']]);
  await older.eval(() => void state.setState({ x: 'of 2' }));
  await older.tab.close();
  const again = await t.open(t.a, keep, { persist: { key: 'new' }, version: 3 });
  t.assert.equal(await again.eval(() => state.get('x')), 'of 3');
});

scenario('IndexedDB: what no text can say too, and no window erases another', async (t) => {
  const persist = { storage: 'indexedDB' };
  const tab = await t.open(t.a, keep, { persist, initial: { text: 'initial' } });
  await tab.eval(VALUES);
  await tab.eval(() => state.setState({ blob: new Blob(['some text']) }));
  const before = await tab.eval(shown);
  await tab.eval(() => pause(700));
  const other = await t.open(t.a, keep, { persist });
  t.assert.equal(await other.eval(() => atReady), before);
  t.assert.equal(await other.eval(() => state.get('blob').text()), 'some text');
  await Promise.all([
    tab.eval(() => void state.setState({ one: 1 })),
    other.eval(() => void state.setState({ two: 2 })),
  ]);
  await tab.eval(() => pause(700));
  await tab.tab.reload();
  await tab.loaded();
  await tab.eval(() => atReady);
  t.assert.deepEqual(await tab.eval(() => [state.get('one'), state.get('two'), state.get('text')]), [1, 2, 'dark']);
  t.assert.deepEqual(await tab.eval(() => told), []);
});

scenario('clear: every window, its storage, and nothing comes back', async (t) => {
  const page = () => {
    window.parley = Parley.create({ channel: 'app' });
    window.state = new parleySync.PersistedSyncedState(parley, { theme: 'light' }, 'app');
  };
  const [a, b] = [await t.open(t.a, page), await t.open(t.a, page)];
  const apart = await t.open(t.a, keep);
  await a.eval(() => state.setState({ theme: 'dark', secret: 'x' }));
  for (const tab of [b, apart]) await tab.until(() => state.get('secret') === 'x');
  await apart.until(() => localStorage.getItem('app'));
  const left = await a.eval(() => {
    state.clear();
    return [localStorage.getItem('app'), Object.keys(state.getState()).length];
  });
  t.assert.deepEqual(left, [null, 0], 'at once');
  for (const tab of [b, apart]) await tab.until(() => Object.keys(state.getState()).length === 0);
  await apart.eval(() => void state.setState({ later: 1 }));
  await a.until(() => state.get('later') === 1);
  for (const tab of [a, b, apart]) await tab.tab.close();
  const next = await t.open(t.a, page);
  t.assert.equal(await next.eval(shown), await next.eval(() => canon({ theme: 'light', later: 1 })));
});

scenario('a page from the back/forward cache does not lay its old state over a newer one', async (t) => {
  const tab = await t.open(t.a, keep);
  await tab.eval(() => void state.setState({ x: 'old', kept: 1 }));
  await tab.tab.goto(t.url(t.a, () => {}, {}, { page: 'plain.html' }));
  await tab.loaded();
  const other = await t.open(t.a, keep);
  await other.until(() => state.get('x') === 'old');
  await other.eval(() => void state.setState({ x: 'new' }));
  await other.until(() => localStorage.getItem('app').includes('"new"'));
  await tab.tab.back();
  await tab.until(() => window.state?.get('x') === 'new');
  await tab.eval(() => void state.setState({ kept: 2 }));
  await other.until(() => state.get('kept') === 2);
  t.assert.equal(await other.eval(() => state.get('x')), 'new');
});
