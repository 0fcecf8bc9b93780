// Made, destroyed and made anew: hot replacement, StrictMode, duplicated tabs, windows cut off.
import { peer } from '../lib/casts.mjs';
import { assertJoined } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const connected = (count) => parley.getConnectedTargets().length === count;

/** What a component does when it is mounted; its end is what it does when it is taken off. */
const mounting = `({ allowed, frame }) => {
  window.heard = [];
  window.calls = 0;
  window.mount = () => {
    const parley = Parley.create({ channel: 'home', allowedOrigins: allowed });
    const state = new SyncedState(parley, { n: 0 });
    const store = new SyncedStore(parley, (sum, { by = 0 }) => sum + by, 0, { name: 'store' });
    parley.on('note', (payload) => void heard.push(payload));
    parley.on('echo', (payload) => ({ echoed: payload, by: location.origin }));
    state.subscribe(() => calls++);
    const element = frame && (document.getElementById('child') ?? addFrame('child', frame));
    const joined = element && settle(parley.connect(element, 'child'));
    Object.assign(window, { parley, state, store, joined });
    return () => {
      state.destroy();
      store.destroy();
      parley.destroy();
    };
  };
  const unmount = mount();
  unmount();
  window.unmount = mount();
}`;

scenario('mounted twice in one turn, as by StrictMode: one peer, one call, no noise', async (t) => {
  const src = t.url(t.b, mounting, { allowed: [t.a] });
  const one = await t.open(t.a, mounting, { allowed: [t.a, t.b], frame: src });
  const child = await one.frame('child').loaded();
  const two = await t.open(t.a, mounting, { allowed: [t.a, t.b] });
  t.assert.equal((await one.eval(() => joined)).value?.id, 'child');
  await one.until(connected, 2);
  await two.until(connected, 1);
  await child.until(connected, 1);
  await one.eval(() => parley.broadcast('note', 1));
  await one.eval(() => state.setState({ n: 1 }));
  await one.eval(() => store.dispatch({ type: 'add', by: 5 }));
  for (const view of [two, child]) {
    await view.until(() => state.get('n') === 1 && store.getState() === 5);
    t.assert.deepEqual(await view.eval(() => heard), [1], view.name);
    t.assert.equal(await view.eval(() => calls), 1, view.name);
  }
});

scenario(
  'replaced thirty times while others stay: the same peers, the same state, ready by what the peers say',
  async (t) => {
    const src = t.url(t.b, mounting, { allowed: [t.a] });
    const one = await t.open(t.a, mounting, { allowed: [t.a, t.b], frame: src });
    const child = await one.frame('child').loaded();
    const two = await t.open(t.a, mounting, { allowed: [t.a, t.b] });
    await two.until(connected, 1);
    const took = [];
    for (let round = 1; round <= 30; round++) {
      took.push(
        await one.eval(async (round) => {
          unmount();
          // The clock of spans stands still: a state that gives up on peers that say nothing would never be ready.
          const since = performance.now();
          performance.now = () => since;
          try {
            window.unmount = mount();
            await state.ready;
          } finally {
            delete performance.now;
          }
          const took = performance.now() - since;
          if (round > 1 && state.get('n') !== round - 1)
            throw new Error(`ready with ${state.get('n')} in round ${round}`);
          await joined;
          await state.setState({ n: round });
          return took;
        }, round),
      );
      for (const view of [two, child]) await view.until((n) => state.get('n') === n, round);
    }
    took.sort((a, b) => a - b);
    t.note(`ready after ${Math.round(took[15])} ms (median), ${Math.round(took[29])} ms (longest)`);
    await two.until(connected, 1);
    await child.until(connected, 1);
    await one.until(connected, 2);
    for (const view of [one, two, child])
      t.assert.equal(await view.eval(() => parley.peers.length), view === one ? 2 : 1);
  },
  { alone: true },
);

scenario('a duplicated tab has an id of its own, though it shares what the session stored', async (t) => {
  const cast = `(args) => { (${peer})(args); sessionStorage.first ??= parley.instanceId; }`;
  const first = await t.open(t.a, cast, { channel: 'home' });
  const copy = await t.popup(first, () => void window.open(location.href));
  await copy.loaded();
  for (const view of [first, copy]) await view.until(connected, 1);
  const ids = await Promise.all([first, copy].map((view) => view.eval(() => parley.instanceId)));
  t.assert.equal(await copy.eval(() => sessionStorage.first), ids[0], 'the copy has the session of the first');
  t.assert.notEqual(ids[0], ids[1]);
  await first.eval(() => state.setState({ first: 1 }));
  await copy.until(() => state.get('first') === 1);
  await copy.eval(() => state.setState({ copy: 1 }));
  await first.until(() => state.get('copy') === 1);
});

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  scenario(`a popup that cut itself off from its opener: connect() ends, ${where}`, async (t) => {
    const url = t.url(t[site], peer, { allowed: [t.a], channel: 'home' }, { coop: 'same-origin' });
    const opener = await t.open(t.a, peer, { allowed: [t.a, t.b], channel: 'home' });
    const popup = await t.popup(
      opener,
      (url) => {
        window.win = window.open(url, '_blank');
        window.outcome = settle(parley.connect(win, 'pop', { timeout: 60_000 }));
      },
      url,
    );
    await popup.loaded();
    const outcome = await opener.eval(() => outcome);
    t.assert.equal(outcome.code, 'ERR_PEER_LOST', JSON.stringify(outcome));
    t.assert.match(outcome.message, /closed|opener/i);
    t.assert.equal(await opener.eval(() => parley.getConnectionState('pop')), undefined);
    // The channel does not care.
    if (site === 'a') {
      for (const view of [opener, popup]) await view.until(connected, 1);
      await popup.eval(() => state.setState({ severed: 1 }));
      await opener.until(() => state.get('severed') === 1);
    }
  });

  scenario(`a popup that is closed before it has answered: connect() ends, ${where}`, async (t) => {
    const url = t.url(t[site], () => {}, {}, { page: 'plain.html' });
    const opener = await t.open(t.a, peer, { allowed: [t.a, t.b] });
    const popup = await t.popup(
      opener,
      (url) => {
        window.win = window.open(url, '_blank');
        window.outcome = settle(parley.connect(win, 'pop', { timeout: 60_000 }));
      },
      url,
    );
    await popup.loaded();
    await opener.eval(() => win.close());
    t.assert.equal((await opener.eval(() => outcome)).code, 'ERR_PEER_LOST');
  });
}

scenario(
  'a frame that leaves the page while it is being joined, and comes back in the next task, is joined',
  async (t) => {
    const src = t.url(t.b, peer, { allowed: [t.a] }, { slow: 400 });
    const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
    await parent.eval(async () => {
      const frame = document.getElementById('child');
      frame.remove();
      await pause(0);
      document.body.append(frame);
    });
    const child = await parent.frame('child').loaded();
    await assertJoined(parent, child);
  },
);

scenario(
  'ports nobody else holds are kept by their Parleys',
  async (t) => {
    const page = await t.open(t.a, () => {
      window.left = Parley.create();
      window.right = Parley.create();
      right.on('echo', (payload) => payload);
      const { port1, port2 } = new MessageChannel();
      window.joined = Promise.all([left.connect(port1, 'far'), right.connect(port2, 'near')]);
    });
    await page.eval(async () => void (await joined));
    for (let round = 0; round < 5; round++) {
      await page.tab.heap();
      t.assert.equal(await page.eval((round) => left.send('echo', round, { targetId: 'far' }), round), round);
    }
  },
  { needs: ['heap'] },
);
