// SyncedStore: every window folds the same actions in the same order, tabs, frames of another origin and late ones alike.
import { scenario } from '../lib/scenario.mjs';

/** An application with a store. `told` is what its listener heard, `errors` what `system:error` told. */
function shop({ allowed, channel, frames = [], version, answer, first = [] }) {
  window.parley = Parley.create({ ...(allowed && { allowedOrigins: allowed }), ...(channel && { channel }) });
  window.errors = [];
  window.rejected = [];
  parley.onSystem('system:error', (error) =>
    errors.push({ code: error.code, message: error.message, details: error.details }),
  );
  parley.onSystem('system:rejected', ({ code }) => rejected.push(code));
  const reducer = (state, { type, value }) => {
    if (type === 'add') return { items: [...state.items, value] };
    if (type === 'clear') return { items: [] };
    if (type === 'throw') throw new Error('a reducer of the application');
    return state;
  };
  window.store = new SyncedStore(parley, reducer, { items: [] }, version ? { version } : undefined);
  window.told = [];
  store.subscribe((state, { type, value }) => {
    told.push(value ?? type);
    if (answer && `${value}`.startsWith(answer)) store.dispatch({ type: 'add', value: `answer to ${value}` });
  });
  window.add = (value) => store.dispatch({ type: 'add', value });
  for (const value of first) add(value);
  window.items = () => store.getState().items;
  window.atReady = store.ready.then(() => items().length);
  window.connections = Object.fromEntries(
    frames.map(({ id, src }) => [id, settle(parley.connect(addFrame(id, src), id))]),
  );
}

/** Two tabs of one origin; the first holds a frame of the other origin. */
async function mesh(t, child = {}) {
  const src = t.url(t.b, shop, { allowed: [t.a], ...child });
  const first = await t.open(t.a, shop, { allowed: [t.a, t.b], channel: 'home', frames: [{ id: 'child', src }] });
  const frame = await first.frame('child').loaded();
  const second = await t.open(t.a, shop, { allowed: [t.a], channel: 'home' });
  await second.until(() => parley.peers.length === 1);
  await first.until(() => parley.getConnectedTargets().length === 2);
  return [first, frame, second];
}

/** Once all have so many items: they are the same, and each was told of each once. */
async function assertSame(t, views, count) {
  for (const view of views) await view.until((count) => items().length >= count, count);
  const [expected, ...others] = await Promise.all(views.map((view) => view.eval(() => items())));
  t.assert.equal(expected.length, count);
  for (const [at, given] of others.entries()) t.assert.deepEqual(given, expected, views[at + 1].name);
  return expected;
}

scenario(
  'two tabs and a cross-origin frame dispatch at once: one order everywhere',
  async (t) => {
    const views = await mesh(t);
    await Promise.all(
      views.map((view, at) =>
        view.eval(
          async (at, seed) => {
            const below = random(seed);
            for (let i = 0; i < 300; i++) {
              add(`${at}.${i}`);
              if (below(5) === 0) await turn();
            }
          },
          at,
          t.seed * 10 + at,
        ),
      ),
    );
    const order = await assertSame(t, views, 900);
    for (const at of [0, 1, 2]) {
      const own = order.filter((value) => value.startsWith(`${at}.`));
      t.assert.deepEqual(
        own,
        [...own].sort((a, b) => a.slice(2) - b.slice(2)),
        'each in the order it dispatched',
      );
    }
    for (const view of views) {
      const told = await view.eval(() => [told.length, new Set(told).size]);
      t.assert.deepEqual(told, [900, 900], `${view.name}: each told once`);
    }
  },
  { timeout: 40_000 },
);

scenario('ADD and CLEAR at the same time end equal', async (t) => {
  const views = await mesh(t);
  for (let round = 0; round < 10; round++) {
    await Promise.all([
      views[0].eval(() => void store.dispatch({ type: 'clear' })),
      views[1].eval((round) => void add(`frame ${round}`), round),
      views[2].eval((round) => void add(`tab ${round}`), round),
    ]);
  }
  await views[1].eval(() => add('the end'));
  for (const view of views) await view.until(() => told.includes('the end') && told.length === 31);
  const all = await Promise.all(views.map((view) => view.eval(() => items())));
  for (const items of all) t.assert.deepEqual(items, all[0]);
});

scenario('three frames of one page: one of them dispatches once, and everyone applies it once', async (t) => {
  const src = t.url(t.b, shop, { allowed: [t.a] });
  const frames = ['one', 'two', 'three'].map((id) => ({ id, src }));
  const parent = await t.open(t.a, shop, { allowed: [t.b], frames });
  const children = [];
  for (const { id } of frames) children.push(await parent.frame(id).loaded());
  await parent.until(() => parley.getConnectedTargets().length === 3);
  await children[1].eval(() => add('once'));
  await assertSame(t, [parent, ...children], 1);
  await children[2].eval(() => add('and again'));
  await assertSame(t, [parent, ...children], 2);
  for (const view of [parent, ...children])
    t.assert.deepEqual(
      (await view.eval(() => told)).filter((what) => !what.startsWith('@@')),
      ['once', 'and again'],
      view.name,
    );
});

scenario('a late tab, and a frame that reloads, have everything when they are ready', async (t) => {
  const [first, frame, second] = await mesh(t);
  await second.eval(() => {
    for (let i = 0; i < 200; i++) add(i);
  });
  for (const view of [first, frame]) await view.until(() => items().length === 200);
  const late = await t.open(t.a, shop, { channel: 'home', first: ['said before'] });
  t.assert.equal(await late.eval(() => atReady), 201);
  for (const view of [first, frame, second]) await view.until(() => items().length === 201);
  await frame.eval(() => {
    window.loaded = false;
    setTimeout(() => location.reload());
  });
  await frame.loaded();
  t.assert.equal(await frame.eval(() => atReady), 201);
  await frame.eval(() => add('after'));
  const all = await assertSame(t, [first, frame, second, late], 202);
  t.assert.deepEqual(all.slice(-2), ['said before', 'after']);
});

scenario('Date, Set, Map and bytes in an action are what they were in every window', async (t) => {
  const views = await mesh(t);
  await views[1].eval(() =>
    add({ when: new Date(5), tags: new Set(['x']), map: new Map([[{ deep: 1 }, 2n]]), bytes: new Uint8Array([1, 2]) }),
  );
  const kinds = () => {
    const [{ when, tags, map, bytes }] = items();
    return [when instanceof Date && when.getTime(), tags instanceof Set && [...tags], map instanceof Map && map.size,
      bytes instanceof Uint8Array && [...bytes]]; // prettier-ignore
  };
  for (const view of views) {
    await view.until(() => items().length === 1);
    t.assert.deepEqual(await view.eval(kinds), [5, ['x'], 1, [1, 2]], view.name);
  }
});

scenario('a subscriber in a frame that dispatches: nobody hears of the answer first', async (t) => {
  const views = await mesh(t, { answer: 'question' });
  for (let i = 0; i < 10; i++) await views[2].eval((i) => void add(`question ${i}`), i);
  await assertSame(t, views, 20);
  for (const view of views) {
    const told = await view.eval(() => told);
    for (let i = 0; i < 10; i++)
      t.assert.ok(told.indexOf(`question ${i}`) < told.indexOf(`answer to question ${i}`), `${view.name}: ${told}`);
  }
});

scenario('a reducer and a subscriber that throw are told of, and keep nothing back', async (t) => {
  const views = await mesh(t);
  await views[0].eval(() => {
    store.subscribe(() => {
      throw new Error('a subscriber');
    });
    store.dispatch({ type: 'throw' });
    return add('fine');
  });
  await assertSame(t, views, 1);
  const messages = await Promise.all(views.map((view) => view.eval(() => errors.map(({ message }) => message))));
  t.assert.deepEqual(messages[0].sort(), ['a reducer of the application', 'a subscriber', 'a subscriber']);
  for (const told of messages.slice(1)) t.assert.deepEqual(told, ['a reducer of the application']);
});

scenario('a frame with another version of the store is kept apart, and both know', async (t) => {
  const [first, frame, second] = await mesh(t, { version: 2, first: ['of the frame'] });
  await second.eval(() => add('of the tabs'));
  await assertSame(t, [first, second], 1);
  for (const view of [first, frame]) {
    await view.until(() => errors.length === 1 && rejected.includes('ERR_SCHEMA_VERSION'));
    const [{ code, details }] = await view.eval(() => errors);
    t.assert.equal(code, 'ERR_SCHEMA_VERSION');
    t.assert.deepEqual([details.name, details.version + details.theirs], ['store', 3]);
  }
  t.assert.deepEqual(await frame.eval(() => items()), ['of the frame']);
  t.assert.deepEqual(await second.eval(() => errors), []);
  t.assert.deepEqual(await first.eval(() => parley.getConnectedTargets().length), 2, 'they stay connected');
});
