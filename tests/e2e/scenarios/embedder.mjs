// A widget that any site may embed: connect(window.parent, id, { anyOrigin: true, grants }) lets in its very parent, of whatever
// origin, and nobody else.
import { opaquePage, peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

const GRANTS = { messages: ['echo'], read: ['state.shown'], write: ['state.asked'] };
const TRUST = { messages: ['echo'], read: ['state.shown', 'state.asked'], write: ['state.shown'] };

/** The widget; `origin` is its own, so nobody else is let in by its list. */
const widget = `(args) => {
  (${peer})({ ...args, allowed: [origin] });
  connections.host = settle(parley.connect(parent, 'host', { anyOrigin: true, grants: args.grants, timeout: 1e6 }));
}`;
const widgetAt = (t, origin, more = {}) =>
  t.url(origin, widget, { grants: GRANTS, initial: { shown: 1, secret: 's3cret' }, ...more });

/** A page of `origin` that embeds the widget of t.b; `grants` are what it lets the widget do. */
async function embedder(t, origin, { grants = TRUST, src = widgetAt(t, t.b) } = {}) {
  const page = await t.open(origin, peer, { allowed: [t.b] });
  await page.eval(
    (src, grants) =>
      void (connections.widget = settle(
        parley.connect(addFrame('widget', src), 'widget', { timeout: 1e6, ...(grants && { grants }) }),
      )),
    src,
    grants,
  );
  return page;
}

for (const [who, origin] of [
  ['an honest page', 'a'],
  ['a hostile page', 'evil'],
])
  scenario(`${who} of an origin that the widget does not know is let in, and held to the grants`, async (t) => {
    const page = await embedder(t, t[origin]);
    const child = await page.frame('widget').loaded();
    const above = await child.eval(() => connections.host);
    t.assert.deepEqual([above.value?.id, above.value?.kind, above.value?.origin], ['host', 'parent', t[origin]]);
    const below = await page.eval(() => connections.widget);
    t.assert.deepEqual([below.value?.id, below.value?.origin], ['widget', t.b], JSON.stringify(below));
    t.assert.equal((await page.eval(() => parley.send('echo', 1, { targetId: 'widget' }))).asker, t[origin]);
    t.assert.equal((await child.eval(() => parley.send('echo', 2, { targetId: 'host' }))).echoed, 2);
    // What it was granted, and what not.
    await page.until(() => state.get('shown') === 1);
    await page.eval(() => state.setState({ asked: 'blue' }));
    await child.until(() => state.get('asked') === 'blue');
    const denied = await page.eval(() => settle(parley.send('note', 'x', { targetId: 'widget' })));
    t.assert.equal(denied.code, 'ERR_DENIED');
    await page.eval(() => state.setState({ shown: 'forged', secret: 'mine' }));
    await page.until(() => events.some(({ event, code }) => event === 'system:error' && code === 'ERR_DENIED'));
    t.assert.deepEqual(await child.eval(() => state.getState()), { shown: 1, secret: 's3cret', asked: 'blue' });
    t.assert.deepEqual(await child.eval(() => heard), []);
    t.assert.ok(!(await page.eval(() => canon(state.getState()))).includes('s3cret'));
  });

scenario('a page that says nothing of what the widget may do is told to', async (t) => {
  const page = await embedder(t, t.a, { grants: null });
  const child = await page.frame('widget').loaded();
  const outcome = await page.eval(() => connections.widget);
  t.assert.equal(outcome.code, 'ERR_CONFIG', JSON.stringify(outcome));
  t.assert.match(outcome.message, /anyOrigin.*grants/);
  t.assert.deepEqual(await page.eval(() => parley.getConnectedTargets()), []);
  // With grants it is let in, by the same two windows.
  const again = await page.eval(
    (grants) => settle(parley.connect(document.getElementById('widget'), 'widget', { grants })),
    TRUST,
  );
  t.assert.equal(again.value?.id, 'widget', JSON.stringify(again));
  t.assert.equal((await child.eval(() => connections.host)).value?.origin, t.a);
});

scenario('no sibling, no page above the parent and no frame inside is let in', async (t) => {
  const top = await t.open(t.a, peer, { allowed: [t.a, t.b, t.evil] });
  const src = t.url(t.evil, peer, { allowed: [t.a, t.b] });
  await top.eval((src) => void addFrame('middle', src), src);
  const middle = await top.frame('middle').loaded();
  const inside = widgetAt(t, t.b, { frames: [] });
  await middle.eval((src) => void addFrame('widget', src), inside);
  const sibling = t.url(t.evil, peer, { allowed: [t.b] });
  await middle.eval((src) => void addFrame('sibling', src), sibling);
  const [child, beside] = [await middle.frame('widget').loaded(), await middle.frame('sibling').loaded()];
  await child.eval((src) => void addFrame('inner', src), sibling);
  const below = await child.frame('inner').loaded();
  const attempt = (view, find) =>
    view.eval(`() => settle(parley.connect(${find}, 'w', { timeout: 1500, grants: { messages: [] } }))`);
  const outcomes = await Promise.all([
    attempt(top, 'window[0][0]'),
    attempt(beside, 'parent[0]'),
    attempt(below, 'parent'),
  ]);
  for (const outcome of outcomes) t.assert.match(outcome.code, /^ERR_(ORIGIN|TIMEOUT)$/, JSON.stringify(outcome));
  t.assert.deepEqual(await child.eval(() => parley.getConnectedTargets()), []);
  // The parent is.
  await middle.eval(
    (grants) => parley.connect(document.getElementById('widget'), 'widget', { grants }).then(() => 0),
    TRUST,
  );
  t.assert.deepEqual(await child.eval(() => parley.peers.map(({ id, origin }) => [id, origin])), [['host', t.evil]]);
});

scenario('the widget reloads: the same peer; it shows another origin: nobody', async (t) => {
  const page = await embedder(t, t.a);
  const child = await page.frame('widget').loaded();
  await child.eval(() => connections.host);
  await child.eval(() => {
    window.loaded = false;
    setTimeout(() => location.reload());
  });
  await page.until(() => events.some(({ event }) => event === 'system:reconnected'));
  await child.loaded();
  t.assert.equal((await page.eval(() => parley.send('echo', 3, { targetId: 'widget' }))).echoed, 3);
  const elsewhere = widgetAt(t, t.evil);
  await child.eval((src) => {
    window.loaded = false;
    setTimeout(() => location.assign(src));
  }, elsewhere);
  await page.until(() => events.some(({ reason }) => reason === 'navigated'));
  await child.loaded();
  const refused = await page.until(() => events.findLast(({ event }) => event === 'system:rejected'));
  t.assert.deepEqual([refused.origin, refused.code], [t.evil, 'ERR_ORIGIN']);
  t.assert.deepEqual(await page.eval(() => parley.getConnectedTargets()), []);
});

scenario('the option needs grants, and is for the parent only', async (t) => {
  const page = await t.open(t.a, peer, {
    allowed: [t.a],
    frames: [],
  });
  const src = t.url(t.b, peer, { allowed: [t.b] });
  await page.eval((src) => void addFrame('child', src), src);
  const child = await page.frame('child').loaded();
  const outcomes = await child.eval(async () => {
    const grants = { messages: [] };
    const { port1 } = new MessageChannel();
    const tries = [
      [parent, { anyOrigin: true }],
      [parent, { anyOrigin: 1, grants }],
      [addFrame('f'), { anyOrigin: true, grants }],
      [port1, { anyOrigin: true, grants }],
      [frames[0], { anyOrigin: true, grants }],
    ];
    return Promise.all(tries.map(([target, options]) => settle(parley.connect(target, 'x', options))));
  });
  t.assert.deepEqual(
    outcomes.map(({ code }) => code),
    Array(5).fill('ERR_CONFIG'),
  );
});

scenario('a page of opaque origin is let in as well, one document of it', async (t) => {
  const top = await t.open(t.a, peer, {});
  const outer = `(args) => {
    (${peer})(args);
    const frame = addFrame('widget', args.src);
    connections.widget = settle(parley.connect(frame, 'widget', { timeout: 1e6, grants: args.grants }));
  }`;
  const src = opaquePage(t, outer, { allowed: [t.b], src: widgetAt(t, t.b), grants: TRUST });
  await top.eval((src) => void addFrame('opaque', src), src);
  const page = await top.frame('opaque').loaded();
  const child = await page.frame('widget').loaded();
  t.assert.equal((await page.eval(() => connections.widget)).value?.origin, t.b);
  t.assert.equal((await child.eval(() => connections.host)).value?.origin, 'null');
  await page.until(() => state.get('shown') === 1);
  t.assert.equal((await page.eval(() => settle(parley.send('note', 1, { targetId: 'widget' })))).code, 'ERR_DENIED');
});
