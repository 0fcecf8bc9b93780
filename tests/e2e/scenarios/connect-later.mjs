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
