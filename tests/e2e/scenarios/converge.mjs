// Whatever is written anywhere at the same time: in the end all windows hold the same.
import { peer, storm } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

async function mesh(t) {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const first = await t.open(t.a, peer, { allowed: [t.a, t.b], channel: 'home', frames: [{ id: 'child', src }] });
  const child = await first.frame('child').loaded();
  const second = await t.open(t.a, peer, { allowed: [t.a], channel: 'home' });
  await second.until(() => parley.peers.length === 1);
  await first.until(() => parley.getConnectedTargets().length === 2);
  return { first, second, child, all: [first, second, child] };
}

/** Storms in all windows at once; who has seen every writer's last mark has seen all, and must agree. */
async function weather(t, all, writes, keys) {
  const marks = all.map((_, index) => `w${index}`);
  const storms = all.map((view, index) =>
    view.eval(storm, { seed: t.seed * 100 + index, writes, mark: marks[index], keys }),
  );
  await Promise.all(storms);
  for (const view of all) await view.until((marks) => marks.every((mark) => state.get(`done-${mark}`)), marks);
  const agreed = await assertAgree(all);
  for (const view of all) {
    t.assert.equal(
      await view.eval(() => state.getState() === state.getState()),
      true,
      'a snapshot is the same object until something changes',
    );
    t.assert.equal(await view.eval(() => Object.isFrozen(state.getState())), true);
    t.assert.equal(await view.eval(() => Object.values(state.getState()).includes(undefined)), false);
  }
  return agreed;
}

scenario(
  'two tabs and a cross-origin frame after 1,000 random writes from each',
  async (t) => {
    const { all } = await mesh(t);
    t.assert.match(await weather(t, all, 1000, 40), /"k\d+"/);
  },
  { timeout: 40_000 },
);

scenario(
  'the same on three keys, where every write is a conflict',
  async (t) => {
    const { all } = await mesh(t);
    await weather(t, all, 1000, 3);
  },
  { timeout: 40_000 },
);

scenario('what was deleted, everywhere at once, stays deleted, and a late tab does not see it', async (t) => {
  const { first, second, child, all } = await mesh(t);
  await first.eval(() => state.setState(Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`k${i}`, i]))));
  for (const view of all) await view.until(() => state.get('k89') === 89);
  const remove = async (from) => {
    for (let i = from; i < from + 30; i++) state.setState({ [`k${i}`]: undefined });
    await state.setState({ [`gone${from}`]: true });
  };
  await Promise.all([first.eval(remove, 0), second.eval(remove, 30), child.eval(remove, 60)]);
  for (const view of all) await view.until(() => [0, 30, 60].every((from) => state.get(`gone${from}`)));
  t.assert.equal(await assertAgree(all), '{"gone0":true,"gone30":true,"gone60":true}');
  const late = await t.open(t.a, peer, { channel: 'home', initial: { k1: 'again' } });
  t.assert.equal(await late.eval(() => atReady), '{"gone0":true,"gone30":true,"gone60":true}');
});

scenario(
  'the storm goes on while the frame reloads',
  async (t) => {
    const { first, second, child } = await mesh(t);
    const storms = [first, second].map((view, index) =>
      view.eval(storm, { seed: t.seed * 100 + index, writes: 1500, mark: `w${index}`, keys: 30 }),
    );
    await child.eval(() => {
      window.loaded = false;
      setTimeout(() => location.reload());
    });
    await child.loaded();
    await Promise.all(storms);
    for (const view of [first, second, child]) await view.until(() => state.get('done-w0') && state.get('done-w1'));
    await assertAgree([first, second, child]);
  },
  { timeout: 40_000 },
);

scenario(
  'each window tells its listeners of the last change',
  async (t) => {
    const { all } = await mesh(t);
    for (const view of all) await view.eval(() => void state.subscribe((now) => (window.last = now)));
    await weather(t, all, 200, 10);
    for (const view of all)
      t.assert.equal(
        await view.eval(() => last === state.getState()),
        true,
        `${view.name}: the last snapshot a listener got is the current one`,
      );
  },
  { timeout: 40_000 },
);

scenario('concurrent writes to one key end the same, whoever wins', async (t) => {
  const { all } = await mesh(t);
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      all.map((view, index) => view.eval((value) => state.setState({ x: value }), `${round}-${index}`)),
    );
    for (const [index, view] of all.entries())
      await view.eval((key) => state.setState({ [key]: true }), `round${round}-${index}`);
    for (const view of all)
      await view.until((round) => [0, 1, 2].every((index) => state.get(`round${round}-${index}`)), round);
    await assertAgree(all);
  }
});
