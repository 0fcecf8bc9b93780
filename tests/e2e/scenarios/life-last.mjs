// What is written and said in the last moments of a page arrives, whichever event it is written in.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

/** Writes in every event of leaving, registered after everything else, and sends word of it too. */
const parting = `(args) => {
  (${peer})(args);
  window.store = new SyncedStore(parley, (list, { type }) => [...list, type], [], { name: 'store' });
  const last = (name, target, capture) =>
    target.addEventListener(name, () => {
      if (name === 'visibilitychange' && document.visibilityState !== 'hidden') return;
      const key = capture ? name + ' early' : name;
      state.setState({ [key]: 1 });
      store.dispatch({ type: key });
      parley.broadcast('note', key);
    }, { capture });
  for (const capture of [true, false]) {
    last('pagehide', window, capture);
    last('visibilitychange', document, capture);
  }
}`;

const watching = `(args) => {
  (${peer})(args);
  window.store = new SyncedStore(parley, (list, { type }) => [...list, type], [], { name: 'store' });
}`;

/** What `parting` has said by the time it is gone. */
const LAST = ['pagehide early', 'pagehide', 'visibilitychange early', 'visibilitychange'].sort();

const casts = {
  'a tab': async (t) => {
    const stays = await t.open(t.a, watching, { channel: 'home' });
    const leaves = await t.open(t.a, parting, { channel: 'home' });
    return { stays, leaves };
  },
  'a popup of another origin': async (t) => {
    const stays = await t.open(t.a, watching, { allowed: [t.b] });
    const leaves = await t.popup(
      stays,
      (url) => void (connections.child = settle(parley.connect(window.open(url, '_blank'), 'child'))),
      t.url(t.b, parting, { allowed: [t.a] }),
    );
    await leaves.loaded();
    return { stays, leaves };
  },
};
const elsewhere = (t) => t.url(t.evil, () => {}, {}, { page: 'plain.html' });
const ways = {
  'is closed': (t, tab) => tab.close(),
  reloads: (t, tab) => tab.reload(),
  'goes elsewhere': (t, tab) => tab.goto(elsewhere(t)),
};

async function arrives(t, stays, expected = LAST) {
  await stays.until((count) => store.getState().length >= count, expected.length);
  const all = await stays.eval(() => [
    Object.keys(state.getState()).sort(),
    [...store.getState()].sort(),
    heard.map(({ payload }) => payload).sort(),
  ]);
  t.assert.deepEqual(all, [expected, expected, expected]);
}

for (const [who, cast] of Object.entries(casts)) {
  for (const [how, leave] of Object.entries(ways)) {
    scenario(`${who} that ${how}`, async (t) => {
      const { stays, leaves } = await cast(t);
      for (const view of [stays, leaves]) await view.until(() => parley.getConnectedTargets().length === 1);
      await leaves.eval(() => Promise.all([state.ready, store.ready]));
      await leave(t, leaves.tab);
      await arrives(t, stays);
      // Of a popup the opener sees that its window is still there; of a tab nothing but its farewell.
      const reason = who === 'a tab' || how === 'is closed' ? 'closed' : 'navigated';
      await stays.until(
        (reason) => events.some((one) => one.event === 'system:disconnected' && one.reason === reason),
        reason,
      );
    });
  }
}

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  for (const [how, leave] of [
    ['that is removed', (t, page) => page.eval(() => document.getElementById('child').remove())],
    [
      'that navigates',
      (t, page) => page.frame('child').eval((url) => void setTimeout(() => location.assign(url)), elsewhere(t)),
    ],
    [
      'whose source is set',
      (t, page) => page.eval((url) => void (document.getElementById('child').src = url), elsewhere(t)),
    ],
  ]) {
    scenario(`a frame ${how}, ${where}`, async (t) => {
      const src = t.url(t[site], parting, { allowed: [t.a] });
      const page = await t.open(t.a, watching, { allowed: [t[site]], frames: [{ id: 'child', src }] });
      const child = await page.frame('child').loaded();
      for (const view of [page, child]) await view.until(() => parley.getConnectedTargets().length === 1);
      await child.eval(() => Promise.all([state.ready, store.ready]));
      await leave(t, page);
      await arrives(t, page);
      await page.until(() => parley.peers.length === 0);
    });
  }
}

scenario(
  'a tab in the background that is closed',
  async (t) => {
    const leaves = await t.open(t.a, parting, { channel: 'home' });
    const stays = await t.open(t.a, watching, { channel: 'home' });
    await stays.until(() => parley.getConnectedTargets().length === 1 && store.getState().length === 2);
    t.assert.equal(await leaves.eval(() => document.visibilityState), 'hidden');
    await leaves.tab.close();
    await stays.until(() => store.getState().length === 4);
    t.assert.deepEqual(await stays.eval(() => Object.keys(state.getState()).sort()), LAST);
    t.assert.deepEqual(await stays.eval(() => heard.map(({ payload }) => payload)), ['pagehide early', 'pagehide']);
  },
  { hides: true, needs: ['freeze'] },
);

scenario(
  'a page that goes into the cache and never returns',
  async (t) => {
    const stays = await t.open(t.a, watching, { channel: 'home' });
    const leaves = await t.open(t.a, parting, { channel: 'home' }, { keep: true });
    await stays.until(() => parley.getConnectedTargets().length === 1);
    await leaves.eval(() => Promise.all([state.ready, store.ready]));
    await leaves.tab.goto(elsewhere(t));
    await arrives(t, stays);
    await stays.until(() => parley.peers[0].state === 'suspended');
    t.assert.deepEqual(await stays.eval(() => events.filter(({ event }) => event === 'system:reconnected')), []);
  },
  { needs: ['bfcacheWithLocks'] },
);

/** Its state is kept; it writes in every event of leaving, after everything else. */
const keeping = `({ late }) => {
  window.parley = Parley.create();
  window.state = new SyncedState(parley, {}, { persist: { key: 'app' } });
  if (!late) return;
  for (const capture of [true, false]) {
    for (const [name, target] of [['pagehide', window], ['visibilitychange', document]])
      target.addEventListener(name, () => void state.setState({ [capture ? name + ' early' : name]: 1 }), { capture });
  }
}`;

for (const [how, leave] of Object.entries(ways)) {
  scenario(`what is kept, in a tab that ${how}`, async (t) => {
    const tab = await t.open(t.a, keeping, { late: true });
    await tab.eval(() => state.ready);
    await leave(t, tab.tab);
    const next = await t.open(t.a, keeping, { late: false });
    await next.until((count) => Object.keys(state.getState()).length >= count, LAST.length);
    t.assert.deepEqual(await next.eval(() => Object.keys(state.getState()).sort()), LAST);
  });
}

scenario('a frame that is removed the very moment its parent looks whether it is there', async (t) => {
  // The parent's timers run at once: its look round comes before the messages of a frame that is gone.
  const eager = `(args) => {
    const set = window.setTimeout;
    window.late = [];
    window.setTimeout = (run, ms, ...rest) => {
      if (ms > 500 && ms < 1100) late.push(run);
      return set(run, ms, ...rest);
    };
    (${watching})(args);
  }`;
  const src = t.url(t.a, parting, { allowed: [t.a] });
  const page = await t.open(t.a, eager, { allowed: [t.a], frames: [{ id: 'child', src }] });
  const child = await page.frame('child').loaded();
  for (const view of [page, child]) await view.until(() => parley.getConnectedTargets().length === 1);
  await child.eval(() => Promise.all([state.ready, store.ready]));
  await page.eval(() => {
    document.getElementById('child').remove();
    for (const run of late.splice(0)) run();
  });
  await arrives(t, page);
  await page.until(() => parley.peers.length === 0);
});
