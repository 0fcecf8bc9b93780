// The usage that the project's first document shows runs as it stands.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

scenario('the parent and the child of its first example', async (t) => {
  const parent = await t.visit(`${t.a}/e2e/seed-parent.html`);
  await parent.loaded();
  const child = await parent.frame('child').loaded();
  await child.until(() => document.documentElement.dataset.theme === 'dark');
  t.assert.deepEqual(await child.eval(() => childState.getState()), { theme: 'dark', user: null, notifications: [] });
  t.assert.equal(await parent.eval(() => document.documentElement.dataset.theme), 'dark');
  t.assert.deepEqual(await parent.eval(() => logged), [
    ['State changed:', { theme: 'dark', user: null, notifications: [] }],
  ]);
  await child.eval(() => childState.setState({ user: { name: 'eve' } }));
  await parent.until(() => appState.getState().user?.name === 'eve');
});

scenario('its other classes share their state between two tabs', async (t) => {
  const classes = [
    'OptimisticSyncedState',
    'SlicedSyncedState',
    'DebouncedSyncedState',
    'PersistedSyncedState',
    'DiffSyncedState',
    'SyncedStore',
  ];
  const make = `(args) => {
    window.parley = Parley.create({ channel: 'home' });
    const make = {
      OptimisticSyncedState: (C) => new C(Parley.create({ channel: 'optimistic' }), { counter: 0, text: '' }),
      SlicedSyncedState: (C) => new C(Parley.create({ channel: 'sliced' }), { initialState: { theme: 'light', user: null, localCache: {} }, syncedKeys: ['theme', 'user'] }),
      DebouncedSyncedState: (C) => new C(Parley.create({ channel: 'debounced' }), { scrollY: 0 }, 50),
      PersistedSyncedState: (C) => new C(Parley.create({ channel: 'persisted' }), { theme: 'light', preferences: {} }, 'myApp:state'),
      DiffSyncedState: (C) => new C(Parley.create({ channel: 'diff' }), { a: 1 }),
      SyncedStore: (C) => new C(Parley.create({ channel: 'store' }), (state, action) => action.type === 'SET_USER' ? { ...state, user: action.payload } : state, { user: null }),
    };
    window.stores = {};
    for (const name of args.classes) if (parleySync[name]) stores[name] = make[name](parleySync[name]);
  }`;
  const one = await t.open(t.a, make, { classes });
  const two = await t.open(t.a, make, { classes });
  const there = await one.eval(() => Object.keys(stores));
  t.note(`not exported yet: ${classes.filter((name) => !there.includes(name)).join(', ') || 'none'}`);
  const uses = {
    OptimisticSyncedState: [
      () =>
        stores.OptimisticSyncedState.setState(
          { counter: stores.OptimisticSyncedState.getState().counter + 1 },
          { rollbackOnError: true },
        ),
      () => stores.OptimisticSyncedState.getState().counter === 1,
    ],
    SlicedSyncedState: [
      async () => {
        await stores.SlicedSyncedState.setValue('localCache', { data: '...' });
        await stores.SlicedSyncedState.setValue('theme', 'dark');
      },
      () =>
        stores.SlicedSyncedState.getValue('theme') === 'dark' && !stores.SlicedSyncedState.getState().localCache.data,
    ],
    DebouncedSyncedState: [
      () => void stores.DebouncedSyncedState.setState({ scrollY: 7 }),
      () => stores.DebouncedSyncedState.getState().scrollY === 7,
    ],
    PersistedSyncedState: [
      () => stores.PersistedSyncedState.setState({ theme: 'dark' }),
      () => stores.PersistedSyncedState.getState().theme === 'dark',
    ],
    DiffSyncedState: [() => stores.DiffSyncedState.setState({ a: 2 }), () => stores.DiffSyncedState.getState().a === 2],
    SyncedStore: [
      () => stores.SyncedStore.dispatch({ type: 'SET_USER', payload: { id: 123, name: 'John' } }).then(() => null),
      () => stores.SyncedStore.getState().user?.name === 'John',
    ],
  };
  for (const name of there) {
    const [act, seen] = uses[name];
    await one.eval(act);
    await two.until(seen);
  }
});

scenario("a child that connects to its parent as ParleyJS' documentation says", async (t) => {
  const src = t.url(
    t.a,
    `async (args) => {
    window.parley = Parley.create({ allowedOrigins: [window.location.origin], targetType: 'window' });
    await parley.connect(window.parent, 'parent');
    window.answer = await parley.send('echo', 'hello', { targetId: 'parent' });
  }`,
  );
  const parent = await t.open(t.a, peer, { frames: [{ id: 'child', src }] });
  const child = await parent.frame('child').loaded();
  t.assert.equal(await child.eval(() => answer.echoed), 'hello');
});

scenario('a subscriber that throws hurts nobody else', async (t) => {
  const one = await t.open(t.a, peer, { channel: 'home' });
  const two = await t.open(t.a, peer, { channel: 'home' });
  await one.until(() => parley.peers.length === 1);
  for (const tab of [one, two]) {
    await tab.eval(() => {
      state.subscribe(() => {
        throw new Error('a subscriber of the application');
      });
      window.after = watch(state);
    });
  }
  await one.eval(() => state.setState({ x: 1 }));
  await two.until(() => state.get('x') === 1);
  t.assert.deepEqual([await one.eval(() => after), await two.eval(() => after)], [['x'], ['x']]);
  t.expectConsole(/a subscriber of the application|parley/i);
});
