// Views of applications in sandboxes: a host, in it a proxy of another origin, in it a view of opaque origin (`srcdoc`).
import { bundledView, host, insertView, proxy, TRUST } from '../lib/views.mjs';
import { scenario } from '../lib/scenario.mjs';

/** The host page, its proxy and its view, each connected to the next. */
async function stage(t, { view = {}, relay, hostGrants = TRUST, viewGrants = TRUST } = {}) {
  const page = await host(t);
  const middle = await proxy(t, page, { grants: hostGrants });
  await insertView(t, middle, 'view', { grants: viewGrants, relay, ...view });
  return { page, middle, view: await middle.frame('view').loaded() };
}

scenario('a view calls its proxy and its host its parents, and they call it a frame', async (t) => {
  const { page, middle, view } = await stage(t);
  t.assert.deepEqual(await view.eval(() => parley.peers.map(({ kind, origin }) => [kind, origin])), [['parent', t.b]]);
  t.assert.deepEqual(await middle.eval(() => parley.peers.map(({ id, kind }) => [id, kind])), [
    ['host', 'parent'],
    ['view', 'iframe'],
  ]);
  // The view also connects to its host itself: the page around the page around it.
  const direct = page.eval((grants) => settle(parley.connect(frames[0][0], 'view', { opaque: true, grants })), TRUST);
  const above = await view.eval(() => settle(parley.connect(window.top, 'host')));
  const below = await direct;
  t.assert.deepEqual([above.value?.id, above.value?.kind, above.value?.origin], ['host', 'parent', t.a]);
  t.assert.deepEqual([below.value?.id, below.value?.kind, below.value?.origin], ['view', 'iframe', 'null']);
});

scenario('a view lets in a page of any origin if that is its parent, and no page above', async (t) => {
  const page = await host(t);
  const middle = await proxy(t, page);
  await insertView(t, middle, 'view', { anyOrigin: true });
  const view = await middle.frame('view').loaded();
  t.assert.deepEqual(await view.eval(() => parley.peers.map(({ id, kind, origin }) => [id, kind, origin])), [
    ['proxy', 'parent', t.b],
  ]);
  const above = await view.eval(
    (grants) => settle(parley.connect(window.top, 'host', { anyOrigin: true, grants })),
    TRUST,
  );
  t.assert.equal(above.code, 'ERR_CONFIG', JSON.stringify(above));
  t.assert.equal((await view.eval(() => parley.send('echo', 1))).echoed, 1);
});

const RELAYED = { ...TRUST, relayed: ['echo', 'note', 'never'] };

/** Sends a message by the window between, and says what came of it. */
const relayed = (view, type, payload, options) =>
  view.eval((type, payload, options) => settle(parley.send(type, payload, options)), type, payload, options);

/** The same three windows, with a declared route; the ends take what is relayed. */
const routed = (t, more = {}) =>
  stage(t, { relay: ['host'], hostGrants: RELAYED, view: { viewSide: RELAYED }, ...more });

const UP = { relayTo: 'host' };
const DOWN = { targetId: 'proxy', relayTo: 'view' };

scenario('a message passes through the proxy by a declared route, and its answer comes back, both ways', async (t) => {
  const { page, middle, view } = await routed(t);
  await middle.eval(() => parley.on('from', () => 'the proxy'));
  for (const end of [page, view])
    await end.eval(() => {
      parley.on('echo', (payload, respond, { senderId, origin, relayedFrom }) => {
        window.told = { payload, senderId, origin, relayedFrom };
        return { by: location.origin, payload };
      });
    });
  const up = await relayed(view, 'echo', { n: 1 }, UP);
  t.assert.deepEqual(up.value, { echoed: { n: 1 }, by: t.a, asker: t.b }, JSON.stringify(up));
  const toldAbove = await page.eval(() => told);
  t.assert.deepEqual([toldAbove.senderId, toldAbove.origin, toldAbove.payload], ['proxy', t.b, { n: 1 }]);
  const { id, kind, origin } = toldAbove.relayedFrom;
  t.assert.deepEqual([id, kind, origin], ['view', 'iframe', 'null']);
  const down = await relayed(page, 'echo', 2, DOWN);
  t.assert.equal(down.value?.echoed, 2, JSON.stringify(down));
  const toldBelow = await view.eval(() => told);
  t.assert.deepEqual([toldBelow.senderId, toldBelow.origin], ['proxy', t.b]);
  t.assert.deepEqual(
    [toldBelow.relayedFrom.id, toldBelow.relayedFrom.kind, toldBelow.relayedFrom.origin],
    ['host', 'parent', t.a],
  );
  // A message of the proxy itself says nothing of a source.
  await middle.eval(() => parley.send('echo', 3, { targetId: 'host' }));
  t.assert.deepEqual(await page.eval(() => [told.payload, told.relayedFrom ?? 'none']), [3, 'none']);
  t.assert.deepEqual(await middle.eval(() => heard), []);
});

for (const [what, more, counted] of [
  ['the proxy declares no route', { relay: undefined }, 'middle'],
  ['the proxy does not let the view send the type', { viewGrants: { ...TRUST, messages: ['note'] } }, 'middle'],
  ['the host takes nothing that is relayed', { hostGrants: TRUST }, 'page'],
])
  scenario(`no message passes where ${what}`, async (t) => {
    const windows = await routed(t, more);
    const outcome = await relayed(windows.view, 'echo', 1, UP);
    t.assert.equal(outcome.code, 'ERR_DENIED', JSON.stringify(outcome));
    t.assert.match(outcome.message, /'host'/);
    const refused = await windows[counted].until(() =>
      events.findLast(({ event, code }) => event === 'system:rejected' && code === 'ERR_DENIED'),
    );
    t.assert.equal(refused.origin, counted === 'page' ? t.b : 'null');
  });

scenario('no message passes down where the view takes nothing that is relayed, or it is no route at all', async (t) => {
  const { page, middle, view } = await routed(t, { view: { viewSide: TRUST } });
  t.assert.equal((await relayed(page, 'echo', 1, DOWN)).code, 'ERR_DENIED');
  for (const relayTo of ['proxy', 'nobody', '', 'x'.repeat(5000)])
    t.assert.match(
      (await relayed(page, 'echo', 1, { targetId: 'proxy', relayTo, timeout: 300 })).code,
      /^ERR_(DENIED|TIMEOUT)$/,
      relayTo.slice(0, 9),
    );
  // Writes of a state, in words, are nobody's to relay.
  const write = await relayed(view, 'state:update', { updates: { forged: 1 } }, UP);
  t.assert.equal(write.code, 'ERR_DENIED', JSON.stringify(write));
  t.assert.deepEqual(await page.eval(() => state.getState()), {});
  t.assert.deepEqual(await middle.eval(() => heard), []);
});

scenario('an abort passes through the proxy, and so does the loss of either end', async (t) => {
  const { page, middle, view } = await routed(t);
  const aborted = await view.eval(async () => {
    const control = new AbortController();
    const call = settle(parley.send('never', 1, { relayTo: 'host', timeout: Infinity, signal: control.signal }));
    await parley.send('echo', 'barrier', { relayTo: 'host' });
    control.abort();
    return (await call).code;
  });
  t.assert.equal(aborted, 'ERR_ABORTED');
  await page.until(() => heard.includes('aborted'));
  // The view goes: what the host asked it ends at once.
  await page.eval(() => {
    window.call = settle(parley.send('never', 1, { targetId: 'proxy', relayTo: 'view', timeout: Infinity }));
  });
  await view.until(() => heard.includes('asked'));
  await middle.eval(() => document.getElementById('view').remove());
  t.assert.equal((await page.eval(() => call)).code, 'ERR_PEER_LOST');
  t.assert.equal((await relayed(page, 'echo', 1, DOWN)).code, 'ERR_PEER_LOST');
});

for (const [who, end] of [
  ['the proxy', (page) => page.eval(() => document.getElementById('proxy').remove())],
  ['the host', (page, middle) => middle.eval(() => parley.disconnect('host'))],
])
  scenario(`when ${who} goes, the calls through it end at once`, async (t) => {
    const { page, middle, view } = await routed(t);
    const [asker, options] = who === 'the proxy' ? [page, DOWN] : [view, UP];
    await asker.eval((options) => {
      window.call = settle(parley.send('never', 1, { ...options, timeout: Infinity }));
    }, options);
    await (asker === page ? view : page).until(() => heard.includes('asked'));
    await end(page, middle);
    const outcome = await asker.eval(() => call);
    t.assert.equal(outcome.code, 'ERR_PEER_LOST', JSON.stringify(outcome));
  });

scenario('the options of a route are checked', async (t) => {
  const page = await host(t);
  const codes = await page.eval(async () => {
    const frame = addFrame('f');
    const tries = [
      ['x', { relay: 'host' }],
      ['x', { relay: [''] }],
      ['x', { relay: ['x'] }],
      [undefined, { relay: ['host'] }],
      ['x', { grants: { relayed: ['*'] } }],
      ['x', { grants: { relayed: 'echo' } }],
    ];
    const outcomes = await Promise.all(tries.map(([id, options]) => settle(parley.connect(frame, id, options))));
    const transfer = [new ArrayBuffer(1)];
    outcomes.push(await settle(parley.send('echo', transfer[0], { relayTo: 'x', transfer })));
    outcomes.push(await settle(parley.send('echo', 1, { relayTo: 7 })));
    outcomes.push(await settle(parley.broadcast('echo', 1, { relayTo: 'x' })));
    return outcomes.map(({ code }) => code);
  });
  t.assert.deepEqual(codes, [...Array(6).fill('ERR_CONFIG'), 'ERR_ARGUMENT', 'ERR_CONFIG', 'ERR_CONFIG']);
});

scenario(
  "a view's script is one file: bundled and inlined, under a policy that lets it fetch nothing",
  async (t) => {
    const page = await host(t, { initial: { title: 'conversation' } });
    const middle = await proxy(t, page, { grants: RELAYED });
    const html = await bundledView(RELAYED);
    await insertView(t, middle, 'view', { relay: ['host'], html });
    const view = await middle.frame('view').loaded();
    t.assert.equal(await view.eval(() => origin), 'null');
    await view.until(() => state.get('title') === 'conversation');
    t.assert.equal((await view.eval(() => parley.send('echo', 1, { relayTo: 'host' }))).echoed, 1);
    t.assert.equal((await relayed(page, 'echo', 2, DOWN)).value, 2);
    // What a state loads later in other builds is in the file: a transaction of two keys needs it.
    await view.eval(() =>
      state.transaction(() => {
        state.setState({ one: 1 });
        state.setState({ two: 2 });
      }),
    );
    await page.until(() => state.get('one') === 1 && state.get('two') === 2);
    t.assert.deepEqual(await view.eval(() => performance.getEntriesByType('resource').map(({ name }) => name)), []);
  },
  { timeout: 60_000 },
);

const VIEWS = Array.from({ length: 10 }, (_, index) => `proxy${index}`);
const PART = { ...TRUST, messages: ['echo'] };

scenario(
  'ten views of one conversation share one state, reload, and leave no peer behind',
  async (t) => {
    const page = await host(t, { initial: { title: 'conversation' } });
    const views = [];
    for (const id of VIEWS) {
      const middle = await proxy(t, page, { id, grants: PART });
      await insertView(t, middle, 'view', { anyOrigin: true, grants: PART, again: true });
      views.push({ middle, view: await middle.frame('view').loaded() });
    }
    const agree = async (keys) => {
      for (const { view } of views) await view.until((keys) => Object.keys(state.getState()).length === keys, keys);
      const all = await Promise.all(
        [page, ...views.map(({ view }) => view)].map((one) => one.eval(() => canon(state.getState()))),
      );
      t.assert.deepEqual(new Set(all).size, 1, all.join('\n'));
    };
    const peersOf = (one) => one.eval(() => parley.peers.map(({ id, state }) => [id, state]));
    const assertPeers = async () => {
      t.assert.deepEqual(
        await peersOf(page),
        views.map((_, index) => [VIEWS[index], 'connected']),
      );
      for (const { middle } of views)
        t.assert.deepEqual((await peersOf(middle)).sort(), [
          ['host', 'connected'],
          ['view', 'connected'],
        ]);
    };
    for (const [index, { view }] of views.entries())
      await view.eval((index) => state.setState({ [`from${index}`]: index }), index);
    await agree(11);
    // Some reload by themselves, some are shown anew.
    for (const [index, { middle, view }] of views.entries()) {
      if (index % 3 === 0) continue;
      await view.eval(() => void (window.loaded = false));
      if (index % 3 === 1) await view.eval(() => void setTimeout(() => location.reload()));
      else
        await middle.eval(() => {
          const frame = document.getElementById('view');
          frame.srcdoc = `${frame.srcdoc} `;
        });
    }
    await page.eval(() => state.setState({ meanwhile: 1 }));
    for (const { view } of views) await view.loaded();
    await agree(12);
    for (const { middle } of views) await middle.until(() => parley.isConnected('view'));
    await assertPeers();
    // Nine are removed; the last goes on.
    for (const id of VIEWS.slice(1)) await page.eval((id) => document.getElementById(id).remove(), id);
    views.splice(1);
    await page.until(() => parley.peers.length === 1);
    await assertPeers();
    await views[0].view.eval(() => state.setState({ last: 1 }));
    await agree(13);
    await page.until(() => state.get('last') === 1);
  },
  { timeout: 90_000 },
);
