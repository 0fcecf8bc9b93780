// Each side calls connect, one long after the other.
import { peer } from '../lib/casts.mjs';
import { assertJoined } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
])
  scenario(`a frame that is connected already calls connect for its parent, ${where}`, async (t) => {
    const url = t.url(t[site], peer, { allowed: [t.a] });
    for (let round = 0; round < 6; round++) {
      const parent = await t.open(t.a, peer, { allowed: [t[site]], frames: [{ id: 'child', src: url }] });
      const child = await parent.frame('child').loaded();
      await assertJoined(parent, child);
      const outcome = await child.eval(async () => {
        const { value, error } = await settle(parley.connect(window.parent, 'parent'));
        return value?.id ?? error?.code ?? String(error);
      });
      t.assert.equal(outcome, 'parent', `round ${round}`);
    }
  });

scenario('it calls with grants: they hold from then on', async (t) => {
  const url = t.url(t.b, peer, { allowed: [t.a], initial: { secret: 1 } });
  const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src: url }] });
  const child = await parent.frame('child').loaded();
  await assertJoined(parent, child);
  await parent.until(() => state.get('secret') === 1);
  const grants = { messages: ['echo'], read: ['state.shown'], write: [] };
  const outcome = await child.eval((grants) => settle(parley.connect(window.parent, 'host', { grants })), grants);
  t.assert.equal(outcome.value?.id, 'host', JSON.stringify(outcome));
  await child.eval(() => state.setState({ secret: 2, shown: 1 }));
  await parent.until(() => state.get('shown') === 1);
  t.assert.notEqual(await parent.eval(() => state.get('secret')), 2);
  t.assert.equal((await parent.eval(() => settle(parley.send('note', 1, { targetId: 'child' })))).code, 'ERR_DENIED');
  t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
});
