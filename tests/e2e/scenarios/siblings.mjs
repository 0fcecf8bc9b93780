// Three frames on one parent: what one says is handled once, what one writes reaches every sibling once.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

async function family(t) {
  const places = { one: t.b, two: t.b, three: t.a };
  const frames = Object.entries(places).map(([id, origin]) => ({ id, src: t.url(origin, peer, { allowed: [t.a] }) }));
  const parent = await t.open(t.a, peer, { allowed: [t.a, t.b], frames });
  const children = await Promise.all(frames.map(({ id }) => parent.frame(id).loaded()));
  await parent.until(() => parley.getConnectedTargets().length === 3);
  await Promise.all(children.map((child) => child.eval(() => state.ready)));
  return { parent, children };
}

scenario("a child's broadcast is handled once by the parent", async (t) => {
  const { parent, children } = await family(t);
  await children[0].eval(() => parley.broadcast('note', 'from one'));
  await parent.until(() => heard.length > 0);
  // A question sent after it is answered after it: had there been a second copy, it would have come by now.
  for (const child of children) await child.eval(() => parley.send('echo', 'barrier'));
  t.assert.deepEqual(await parent.eval(() => heard), [{ payload: 'from one', origin: t.b }]);
});

scenario("the parent's broadcast reaches each child once", async (t) => {
  const { parent, children } = await family(t);
  await parent.eval(() => parley.broadcast('note', 'from above'));
  for (const [index, child] of children.entries()) {
    await child.until(() => heard.length > 0);
    await parent.eval((id) => parley.send('echo', 'barrier', { targetId: id }), ['one', 'two', 'three'][index]);
    t.assert.deepEqual(await child.eval(() => heard), [{ payload: 'from above', origin: t.a }]);
  }
});

scenario("one child's write reaches every sibling once", async (t) => {
  const { parent, children } = await family(t);
  const all = [parent, ...children];
  await children[0].eval(() => state.setState({ x: 1 }));
  for (const view of all) await view.until(() => state.get('x') === 1);
  // A later write from elsewhere is the barrier: a second copy of the first would stand before it or in its place.
  await children[2].eval(() => state.setState({ y: 2 }));
  for (const view of all) await view.until(() => state.get('y') === 2);
  for (const view of all) t.assert.deepEqual(await view.eval(() => changes), ['x', 'y'], view.name);
  await assertAgree(all);
});

scenario('many writes in one turn are seen together, once', async (t) => {
  const { parent, children } = await family(t);
  await children[1].eval(async () => {
    for (let i = 0; i < 50; i++) state.setState({ [`k${i}`]: i });
    await state.setState({ last: true });
  });
  for (const view of [parent, children[0], children[2]]) {
    await view.until(() => state.get('last'));
    t.assert.equal(await view.eval(() => changes.length), 1, `${view.name}: one message for the turn`);
  }
  await assertAgree([parent, ...children]);
});

scenario('with several peers, send wants a target', async (t) => {
  const { parent } = await family(t);
  const [ambiguous, unknown] = await parent.eval(() =>
    Promise.all([settle(parley.send('echo', 1)), settle(parley.send('echo', 1, { targetId: 'nobody' }))]),
  );
  t.assert.equal(ambiguous.code, 'ERR_TARGET_AMBIGUOUS');
  t.assert.equal(unknown.code, 'ERR_TARGET_NOT_FOUND');
  t.assert.equal(unknown.name, 'TargetNotFoundError');
});
