// Windows opened by window.open: both directions, both kinds of origin.
import { peer } from '../lib/casts.mjs';
import { assertAgree, assertJoined, assertLost } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const open = (url) => {
  window.popup = window.open(url, '_blank', 'width=400,height=300');
  connections.child = settle(parley.connect(popup, 'child'));
};

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  const pair = async (t) => {
    const opener = await t.open(t.a, peer, { allowed: [t[site]] });
    const popup = await t.popup(opener, open, t.url(t[site], peer, { allowed: [t.a] }));
    await popup.loaded();
    return { opener, popup };
  };

  scenario(`opened and joined, both ways, ${where}`, async (t) => {
    const { opener, popup } = await pair(t);
    await assertJoined(opener, popup, { kinds: ['popup', 'opener'] });
  });

  scenario(`a popup that reloads comes back under its id, ${where}`, async (t) => {
    const { opener, popup } = await pair(t);
    await opener.eval(() => connections.child);
    await opener.eval(() => state.setState({ kept: 1 }));
    await popup.tab.reload();
    await popup.loaded();
    t.assert.equal((await opener.until(() => events.find(({ event }) => event === 'system:reconnected'))).id, 'child');
    t.assert.match(await popup.eval(() => atReady), /"kept":1/);
    t.assert.equal((await opener.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
  });

  for (const [how, close] of [
    ['by its opener', ({ opener }) => opener.eval(() => window.popup.close())],
    ['by itself', ({ popup }) => popup.eval(() => void setTimeout(() => window.close()))],
    ['by the user', ({ popup }) => popup.tab.close()],
  ]) {
    scenario(`closed ${how} in mid-call, ${where}`, async (t) => {
      const windows = await pair(t);
      const { opener, popup } = windows;
      await opener.eval(() => connections.child);
      await opener.eval(
        () => void (window.call = settle(parley.send('never', null, { targetId: 'child', timeout: 9000 }))),
      );
      await popup.until(() => heard.includes('asked'));
      await close(windows);
      assertLost(await opener.eval(() => call));
      await opener.until(() => events.some(({ event, id }) => event === 'system:disconnected' && id === 'child'));
    });
  }

  scenario(`the opener closes in mid-call of the popup, ${where}`, async (t) => {
    const { opener, popup } = await pair(t);
    await popup.until(() => parley.getConnectedTargets().length > 0);
    await popup.eval(() => void (window.call = settle(parley.send('never', null, { timeout: 9000 }))));
    await opener.until(() => heard.includes('asked'));
    await opener.tab.close();
    assertLost(await popup.eval(() => call));
  });
}

scenario('a popup, a frame and a second tab hold one state', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const opener = await t.open(t.a, peer, { allowed: [t.a, t.b], channel: 'home', frames: [{ id: 'frame', src }] });
  const frame = await opener.frame('frame').loaded();
  const tab = await t.open(t.a, peer, { channel: 'home' });
  const popup = await t.popup(opener, open, t.url(t.b, peer, { allowed: [t.a] }));
  await popup.loaded();
  const all = [opener, frame, tab, popup];
  for (const [index, view] of all.entries()) await view.eval((key) => state.setState({ [key]: true }), `from${index}`);
  for (const view of all) await view.until(() => [0, 1, 2, 3].every((index) => state.get(`from${index}`)));
  await assertAgree(all);
  // What a page's channel delivers while it waits in window.open() may be lost; a repair brings several keys at once.
  for (const view of all)
    t.assert.deepEqual(
      await view.eval(() => changes.flatMap((keys) => keys.split(',')).sort()),
      ['from0', 'from1', 'from2', 'from3'],
      `${view.name}: each once`,
    );
});

// Two ways to each other, the window and the channel, are still one peer; whichever is found first, both must agree on it.
for (const round of [1, 2, 3]) {
  scenario(`a popup of the same origin in the same channel is one peer, not two, round ${round}`, async (t) => {
    const opener = await t.open(t.a, peer, { channel: 'home' });
    const popup = await t.popup(opener, open, t.url(t.a, peer, { channel: 'home' }));
    await popup.loaded();
    t.assert.ok((await opener.eval(() => connections.child)).value);
    await assertOnePeer(t, opener, popup, 'child');
  });
}

scenario('frames of the same origin in the same channel are one peer each', async (t) => {
  const ids = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'];
  const src = t.url(t.a, peer, { channel: 'home' });
  const parent = await t.open(t.a, peer, { channel: 'home', frames: ids.map((id) => ({ id, src })) });
  for (const id of ids) {
    const frame = await parent.frame(id).loaded();
    t.assert.ok((await parent.eval((id) => connections[id], id)).value, id);
    await assertOnePeer(t, parent, frame, id);
  }
  // Each has the parent and its five siblings.
  for (const id of ids) {
    t.assert.equal(await parent.frame(id).eval(() => new Set(parley.getConnectedTargets()).size), 6);
  }
  t.assert.deepEqual((await parent.eval(() => parley.getConnectedTargets())).sort(), ids);
});

async function assertOnePeer(t, above, below, id) {
  await below.eval((key) => state.setState({ [key]: 1 }), id);
  await above.until((key) => state.get(key) === 1, id);
  await above.eval((text) => parley.broadcast('note', text), id);
  await below.until((text) => heard.some(({ payload }) => payload === text), id);
  t.assert.equal((await above.eval((id) => parley.send('echo', 'down', { targetId: id }), id)).echoed, 'down');
  const aboveId = await above.eval(() => parley.instanceId);
  t.assert.equal((await below.eval((id) => parley.send('echo', 'up', { targetId: id }), aboveId)).echoed, 'up');
  const times = await below.eval((text) => heard.filter(({ payload }) => payload === text).length, id);
  t.assert.equal(times, 1, 'to every connected peer, exactly once each');
  t.assert.equal(await above.eval((key) => changes.filter((keys) => keys === key).length, id), 1);
}

for (const [where, site] of [
  ['of another origin', 'b'],
  ['of its own origin', 'a'],
])
  scenario(`a popup that returns from a COOP page ${where} is the same peer, through the channel`, async (t) => {
    const args = { channel: 'home', options: { instanceId: 'child' } };
    const opener = await t.open(t.a, peer, { allowed: [t.a], channel: 'home' });
    const popup = await t.popup(opener, open, t.url(t.a, peer, args));
    await popup.loaded();
    t.assert.equal((await opener.eval(() => connections.child)).value?.kind, 'popup');
    await opener.eval(() => state.setState({ before: 1 }));
    await popup.until(() => state.get('before') === 1);
    // The detour cuts the two windows off from each other for good.
    await popup.eval(
      (url) => void setTimeout(() => location.assign(url)),
      t.url(t[site], () => {}, {}, { page: 'plain.html', coop: 'same-origin' }),
    );
    await opener.until(() => window.popup.closed);
    await opener.until(() => events.some(({ event, id }) => event === 'system:disconnected' && id === 'child'));
    await opener.eval(() => state.setState({ meanwhile: 1 }));
    await popup.until(() => location.search.includes('coop') && window.loaded);
    await popup.eval((url) => void setTimeout(() => location.assign(url)), t.url(t.a, peer, args));
    const back = await opener.until(() => events.find(({ event }) => event === 'system:reconnected'));
    t.assert.equal(back.id, 'child');
    await popup.loaded();
    t.assert.equal(await popup.eval(() => window.opener), null);
    t.assert.deepEqual(await opener.eval(() => parley.peers.map(({ id, state }) => [id, state])), [
      ['child', 'connected'],
    ]);
    t.assert.equal((await opener.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
    await popup.until(() => state.get('before') === 1 && state.get('meanwhile') === 1);
    await popup.eval(() => state.setState({ after: 1 }));
    await opener.until(() => state.get('after') === 1);
  });
