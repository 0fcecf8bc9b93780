// Two Parleys on one page: separate when they have separate frames, peers when they share a channel.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

/** A page with two Parleys, each with a frame and a state of its own name. */
function pair({ origins, red, blue }) {
  window.sides = {};
  for (const [name, src] of Object.entries({ red, blue })) {
    const parley = Parley.create({ allowedOrigins: origins });
    const state = new SyncedState(parley, {}, { name });
    const side = { parley, state, heard: [], changes: watch(state) };
    parley.on('note', (payload) => void side.heard.push(payload));
    side.connected = settle(parley.connect(addFrame(name, src), 'child'));
    sides[name] = side;
  }
}

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  scenario(`each with its own frame and state, ${where}`, async (t) => {
    const src = (name) => t.url(t[site], peer, { allowed: [t.a], name });
    const page = await t.open(t.a, pair, { origins: [t[site]], red: src('red'), blue: src('blue') });
    const [red, blue] = [await page.frame('red').loaded(), await page.frame('blue').loaded()];
    t.assert.deepEqual(
      await page.eval(async () => [(await sides.red.connected).value?.id, (await sides.blue.connected).value?.id]),
      ['child', 'child'],
    );
    await red.eval(() => parley.broadcast('note', 'red'));
    await blue.eval(() => parley.broadcast('note', 'blue'));
    await red.eval(() => state.setState({ from: 'red' }));
    await blue.eval(() => state.setState({ from: 'blue' }));
    await page.until(
      () =>
        sides.red.state.get('from') &&
        sides.blue.state.get('from') &&
        sides.red.heard.length &&
        sides.blue.heard.length,
    );
    t.assert.deepEqual(await page.eval(() => [sides.red.heard, sides.blue.heard]), [['red'], ['blue']]);
    t.assert.deepEqual(await page.eval(() => [sides.red.state.getState(), sides.blue.state.getState()]), [
      { from: 'red' },
      { from: 'blue' },
    ]);
    t.assert.deepEqual(await page.eval(() => [sides.red.parley.peers.length, sides.blue.parley.peers.length]), [1, 1]);
    await page.eval(() => sides.red.parley.destroy());
    await blue.eval(() => state.setState({ from: 'blue again' }));
    await page.until(() => sides.blue.state.get('from') === 'blue again');
  });
}

scenario('both in one channel are peers of each other and of the other tab', async (t) => {
  const page = await t.open(t.a, () => {
    window.sides = [1, 2].map((number) => {
      const parley = Parley.create({ channel: 'home' });
      const state = new SyncedState(parley, {});
      parley.on('note', (payload) => void sides[number - 1].heard.push(payload));
      return { parley, state, changes: watch(state), heard: [] };
    });
  });
  const other = await t.open(t.a, peer, { channel: 'home' });
  await other.until(() => parley.peers.length === 2);
  await page.until(() => sides.every(({ parley }) => parley.peers.length === 2));
  t.assert.equal(new Set(await page.eval(() => sides.map(({ parley }) => parley.instanceId))).size, 2);

  await page.eval(() => sides[0].state.setState({ x: 1 }));
  await other.until(() => state.get('x') === 1);
  await page.until(() => sides[1].state.get('x') === 1);
  await other.eval(() => state.setState({ y: 2 }));
  await page.until(() => sides.every(({ state }) => state.get('y') === 2));
  t.assert.deepEqual(await other.eval(() => changes), ['x', 'y']);
  t.assert.deepEqual(await page.eval(() => sides.map(({ changes }) => changes)), [
    ['x', 'y'],
    ['x', 'y'],
  ]);

  await other.eval(() => parley.broadcast('note', 'to both'));
  await page.until(() => sides.every(({ heard }) => heard.length === 1));
});

scenario('two states on one Parley are separate by name; a name is taken once', async (t) => {
  const two = () => {
    window.parley = Parley.create({ channel: 'home' });
    window.red = new SyncedState(parley, { same: 'red' }, { name: 'red' });
    window.blue = new SyncedState(parley, { same: 'blue' }, { name: 'blue' });
  };
  const one = await t.open(t.a, two);
  const other = await t.open(t.a, two);
  await one.eval(() => red.setState({ same: 'crimson', only: 'red' }));
  await other.until(() => red.get('same') === 'crimson');
  t.assert.deepEqual(await other.eval(() => blue.getState()), { same: 'blue' });
  const code = await one.eval(() => {
    try {
      new SyncedState(parley, {}, { name: 'red' });
    } catch (error) {
      return error.code;
    }
  });
  t.assert.equal(code, 'ERR_DUPLICATE_NAME');
  await other.eval(() => red.setState({ still: 'works' }));
  await one.until(() => red.get('still') === 'works');
});
