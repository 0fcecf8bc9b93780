// Windows relay: tab -> tab -> frame of another origin, each write applied once.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

/** Two tabs of one origin in a channel, each with a frame of the other origin. */
async function chain(t) {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const args = { allowed: [t.a, t.b], channel: 'home', frames: [{ id: 'child', src }] };
  const left = await t.open(t.a, peer, args);
  const leftFrame = await left.frame('child').loaded();
  const right = await t.open(t.a, peer, args);
  const rightFrame = await right.frame('child').loaded();
  for (const tab of [left, right]) await tab.until(() => parley.getConnectedTargets().length === 2);
  return { left, leftFrame, right, rightFrame };
}

const routes = [
  ["a tab writes, the other tab's frame sees it", 'right', 'leftFrame'],
  ['a frame writes, the other tab sees it', 'leftFrame', 'right'],
  ["a frame writes, the other tab's frame sees it", 'leftFrame', 'rightFrame'],
];

for (const [name, from, to] of routes) {
  scenario(name, async (t) => {
    const windows = await chain(t);
    await windows[from].eval(() => state.setState({ x: 1 }));
    await windows[to].until(() => state.get('x') === 1);
    await windows[to].eval(() => state.setState({ y: new Map([['deep', { er: 2 }]]) }));
    await windows[from].until(() => state.get('y')?.get('deep').er === 2);
    const all = Object.values(windows);
    for (const view of all) await view.until(() => state.get('x') && state.get('y'));
    for (const view of all)
      t.assert.deepEqual(await view.eval(() => changes), ['x', 'y'], `${view.name}: each write applied once`);
    await assertAgree(all);
  });
}

scenario('nested frames: what the innermost writes reaches the other tab', async (t) => {
  const inner = t.url(t.a, peer, { allowed: [t.b] });
  const outer = t.url(t.b, peer, { allowed: [t.a], frames: [{ id: 'inner', src: inner }] });
  const top = await t.open(t.a, peer, { allowed: [t.a, t.b], channel: 'home', frames: [{ id: 'outer', src: outer }] });
  const middle = await top.frame('outer').loaded();
  const innermost = await middle.frame('inner').loaded();
  const other = await t.open(t.a, peer, { channel: 'home' });
  await innermost.eval(() => state.setState({ deep: 1 }));
  await other.until(() => state.get('deep') === 1);
  await other.eval(() => state.setState({ back: 2 }));
  await innermost.until(() => state.get('back') === 2);
  const all = [top, middle, innermost, other];
  for (const view of all) await view.until(() => state.get('back') === 2);
  for (const view of all) t.assert.deepEqual(await view.eval(() => changes), ['deep', 'back'], view.name);
});

scenario('a page with no state of its own still relays for the frames it joins', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const hub = await t.open(
    t.a,
    ({ allowed, src }) => {
      window.parley = Parley.create({ allowedOrigins: allowed });
      window.state = new SyncedState(parley);
      window.connections = Promise.all(['one', 'two'].map((id) => parley.connect(addFrame(id, src), id)));
    },
    { allowed: [t.b], src },
  );
  const [one, two] = [await hub.frame('one').loaded(), await hub.frame('two').loaded()];
  await hub.eval(async () => void (await connections));
  await one.eval(() => state.setState({ x: 1 }));
  await two.until(() => state.get('x') === 1);
});

scenario(
  'twelve tabs agree, each told once',
  async (t) => {
    const tabs = [];
    for (let index = 0; index < 12; index++) tabs.push(await t.open(t.a, peer, { channel: 'home' }));
    await tabs[0].until(() => parley.peers.length === 11);
    await Promise.all(tabs.map((tab, index) => tab.eval((key) => state.setState({ [key]: true }), `from${index}`)));
    for (const tab of tabs) await tab.until(() => Object.keys(state.getState()).length === 12);
    for (const tab of tabs) {
      const told = await tab.eval(() => changes.flatMap((keys) => keys.split(',')).sort());
      t.assert.equal(told.length, 12, `${tab.name}: ${told}`);
      t.assert.equal(new Set(told).size, 12);
    }
    await assertAgree(tabs);
  },
  { timeout: 40_000 },
);
