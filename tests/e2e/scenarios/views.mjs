// Views of applications in sandboxes: a host, in it a proxy of another origin, in it a view of opaque origin (`srcdoc`).
import { host, insertView, proxy, TRUST } from '../lib/views.mjs';
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
