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

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  scenario(
    `a second Parley in a connected frame, as a hot replacement makes it: both are peers, ${where}`,
    async (t) => {
      t.expectConsole(/a second Parley was made in a window that is connected already/);
      const src = t.url(t[site], peer, { allowed: [t.a] });
      const args = { allowed: [t[site]], frames: [{ id: 'child', src }], options: { logLevel: 'warn' } };
      const page = await t.open(t.a, peer, args);
      await page.until(() => parley.isConnected('child'));
      const child = page.frame('child');
      const id = await child.eval((above) => {
        window.next = Parley.create({ allowedOrigins: [above] });
        window.nextState = new SyncedState(next, {});
        next.on('who', () => 'next');
        return next.instanceId;
      }, t.a);
      await page.until((id) => parley.isConnected(id) && parley.isConnected('child'), id);
      t.assert.deepEqual(
        await page.eval(() => events.filter(({ event }) => event === 'system:connected').map((one) => one.id)),
        ['child', id],
      );
      t.assert.equal(await page.eval((id) => parley.send('who', 0, { targetId: id }), id), 'next');
      t.assert.equal((await child.eval(() => next.send('echo', 1))).echoed, 1);
      await child.eval(() => nextState.setState({ from: 'next' }));
      await page.until(() => state.get('from') === 'next');
      await child.until(() => state.get('from') === 'next');
      await page.eval(() => state.setState({ from: 'page' }));
      await child.until(() => nextState.get('from') === 'page' && state.get('from') === 'page');
      await page.eval(() => pause(0));
      t.assert.equal(t.console(/a second Parley was made/).length, 1);
      await child.eval(() => parley.destroy());
      await page.until((id) => parley.peers.some((one) => one.id === id && one.state === 'connected'), id);
      await child.eval(() => nextState.setState({ from: 'next again' }));
      await page.until(() => state.get('from') === 'next again');
    },
  );
}
