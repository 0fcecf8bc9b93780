// Back and forward, hide and show, open and close a hundred times.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

scenario('back from the back/forward cache: connected again, and up to date', async (t) => {
  const stays = await t.open(t.a, peer, { channel: 'home' });
  const leaves = await t.open(t.a, peer, { channel: 'home' });
  await stays.until(() => parley.peers.length === 1);
  await leaves.tab.goto(t.url(t.b, () => {}, {}, { page: 'plain.html' }));
  await stays.until(() => parley.peers.filter(({ state }) => state === 'connected').length === 0);
  await stays.eval(() => state.setState({ meanwhile: 1 }));
  await leaves.tab.back();
  // The page that is left may still be there when back() returns.
  await leaves.until((origin) => location.origin === origin && window.loaded, t.a);
  // Restored from the cache or loaded anew: the same must come out. Chromium is able to restore it here.
  await leaves.until(() => state.get('meanwhile') === 1);
  await stays.until(() => parley.peers.filter(({ state }) => state === 'connected').length === 1);
  await leaves.eval(() => state.setState({ back: 2 }));
  await stays.until(() => state.get('back') === 2);
  await assertAgree([stays, leaves]);
});

scenario(
  '100 frames come and go; the parent is as it was',
  async (t) => {
    const src = t.url(t.b, peer, { allowed: [t.a] });
    const parent = await t.open(t.a, peer, { allowed: [t.b] });
    const result = await parent.eval(async (src) => {
      for (let round = 0; round < 10; round++) {
        await Promise.all(
          Array.from({ length: 10 }, async (_, index) => {
            const id = `f${round}-${index}`;
            const frame = addFrame(id, src);
            await parley.connect(frame, id);
            if (index % 2) await parley.disconnect(id);
            frame.remove();
          }),
        );
      }
      return true;
    }, src);
    t.assert.equal(result, true);
    await parent.until(
      () =>
        parley.getConnectedTargets().length === 0 &&
        parley.peers.filter(({ state }) => state === 'connected').length === 0,
    );
  },
  { timeout: 40_000, alone: true },
);

scenario('a frame that is moved in the document comes back', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
  await parent.frame('child').loaded();
  await parent.eval(() => connections.child);
  // Moving an iframe element reloads it in a new window.
  await parent.eval(() =>
    document.body.prepend(document.body.appendChild(document.createElement('div')), document.getElementById('child')),
  );
  await parent.until(() => events.some(({ event, id }) => event === 'system:reconnected' && id === 'child'));
  const child = await parent.frame('child').loaded();
  t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
  await child.eval(() => state.setState({ moved: 1 }));
  await parent.until(() => state.get('moved') === 1);
});

scenario('a Parley destroyed and made anew on the same page and frame', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
  const child = await parent.frame('child').loaded();
  await parent.eval(() => connections.child);
  for (let round = 0; round < 5; round++) {
    const outcome = await parent.eval(
      async (allowed) => {
        parley.destroy();
        window.parley = Parley.create({ allowedOrigins: allowed });
        window.state = new SyncedState(parley, {});
        return settle(parley.connect(document.getElementById('child'), 'child'));
      },
      [t.b],
    );
    t.assert.equal(outcome.value?.id, 'child', `round ${round}: ${JSON.stringify(outcome)}`);
    await parent.eval((round) => state.setState({ round }), round);
    await child.until((round) => state.get('round') === round, round);
  }
  await child.until(() => parley.peers.filter(({ state }) => state === 'connected').length === 1);
});

scenario('every window has an id of its own', async (t) => {
  const tabs = [];
  for (let index = 0; index < 3; index++) tabs.push(await t.open(t.a, peer, { channel: 'home' }));
  const ids = await Promise.all(tabs.map((tab) => tab.eval(() => parley.instanceId)));
  t.assert.equal(new Set(ids).size, 3);
  await tabs[0].until(() => parley.peers.length === 2);
  t.assert.deepEqual((await tabs[0].eval(() => parley.peers.map(({ id }) => id))).sort(), ids.slice(1).sort());
  await tabs[0].tab.reload();
  await tabs[0].loaded();
  t.assert.ok(!ids.includes(await tabs[0].eval(() => parley.instanceId)), 'fresh for every document');
});
