// A frame that reloads comes back under the same id, and with everything that was written meanwhile.
import { peer } from '../lib/casts.mjs';
import { assertAgree, assertLost } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const ways = [
  ['location.reload()', (child) => child.eval(() => void setTimeout(() => location.reload()))],
  [
    'src set again',
    (_, parent) =>
      parent.eval(() => {
        const frame = document.getElementById('child');
        frame.src = frame.getAttribute('src');
      }),
  ],
  [
    'a navigation to another page of the origin',
    (child, _, elsewhere) => child.eval((url) => void setTimeout(() => location.assign(url)), elsewhere),
  ],
];

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  for (const [way, reload] of ways) {
    scenario(`${way}, ${where}`, async (t) => {
      const src = t.url(t[site], peer, { allowed: [t.a] });
      const elsewhere = t.url(t[site], peer, { allowed: [t.a] }, { variant: 'elsewhere' });
      const parent = await t.open(t.a, peer, { allowed: [t[site]], initial: { n: 0 }, frames: [{ id: 'child', src }] });
      const child = await parent.frame('child').loaded();
      t.assert.ok((await parent.eval(() => connections.child)).value);
      await child.eval(() => state.setState({ own: 'of the first document', gone: 1 }));
      await child.eval(() => state.delete('gone'));
      await parent.until(() => state.get('own') && !('gone' in state.getState()));

      await parent.eval(() => {
        window.call = settle(parley.send('never', null, { targetId: 'child', timeout: 9000 }));
        parley.onSystem('system:disconnected', () =>
          state.setState({ n: 7, meanwhile: new Map([['kept', new Date(5)]]) }),
        );
        state.setState({ n: 1 });
      });
      await child.until(() => heard.includes('asked'));
      await reload(child, parent, elsewhere);
      assertLost(await parent.eval(() => call));

      const back = await parent.until(() => events.find(({ event }) => event === 'system:reconnected'));
      t.assert.equal(back.id, 'child');
      await child.loaded();
      t.assert.equal(await parent.eval(() => parley.isConnected('child')), true);
      t.assert.equal(await parent.eval(() => parley.peers.length), 1);
      const seen = await parent.eval(() => events.map(({ event }) => event));
      t.assert.ok(seen.indexOf('system:disconnected') < seen.indexOf('system:reconnected'), seen.join());

      const complete = await parent.eval(() => canon(state.getState()));
      t.assert.equal(await child.eval(() => atReady), complete, 'complete before ready');
      t.assert.match(complete, /of the first document/);
      t.assert.doesNotMatch(complete, /gone/);
      t.assert.deepEqual(await parent.eval(() => parley.send('echo', 1, { targetId: 'child' })), {
        echoed: 1,
        by: t[site],
        asker: t.a,
      });
      await child.eval(() => state.setState({ own: 'of the second' }));
      await parent.until(() => state.get('own') === 'of the second');
      await assertAgree([parent, child]);
    });
  }
}

scenario('five reloads in a row', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
  const child = await parent.frame('child').loaded();
  for (let round = 1; round <= 5; round++) {
    await child.eval(() => {
      window.loaded = false;
      setTimeout(() => location.reload());
    });
    await parent.until((round) => events.filter(({ event }) => event === 'system:reconnected').length >= round, round);
    await child.loaded();
    await parent.eval((round) => state.setState({ round }), round);
    await child.until((round) => state.get('round') === round, round);
  }
  t.assert.equal(await parent.eval(() => parley.peers.length), 1);
});

scenario('a parent that reloads finds its frame and its state again', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const other = await t.open(t.a, peer, { allowed: [t.a], channel: 'home' });
  const parent = await t.open(t.a, peer, { allowed: [t.a, t.b], channel: 'home', frames: [{ id: 'child', src }] });
  await (await parent.frame('child').loaded()).eval(() => state.setState({ kept: true }));
  await other.until(() => state.get('kept'));
  await parent.tab.reload();
  await parent.loaded();
  t.assert.match(await parent.eval(() => atReady), /"kept":true/);
  await (await parent.frame('child').loaded()).until(() => state.get('kept'));
  await other.until(() => parley.peers.length === 1);
});

scenario('a call to a frame that is reloading waits for nobody for ever, and the next one arrives', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] }, { slow: 300 });
  const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
  const child = await parent.frame('child').loaded();
  await parent.eval(() => connections.child);
  await child.eval(() => void setTimeout(() => location.reload()));
  await parent.until(() => events.some(({ event }) => event === 'system:disconnected'));
  const apart = await parent.eval(() => settle(parley.send('echo', 1, { targetId: 'child', timeout: 4000 })));
  t.assert.ok(
    apart.value || ['ERR_PEER_LOST', 'ERR_CONNECTION', 'ERR_TARGET_NOT_FOUND', 'ERR_TIMEOUT'].includes(apart.code),
    JSON.stringify(apart),
  );
  await parent.until(() => events.some(({ event }) => event === 'system:reconnected'));
  t.assert.equal((await parent.eval(() => parley.send('echo', 2, { targetId: 'child' }))).echoed, 2);
});
