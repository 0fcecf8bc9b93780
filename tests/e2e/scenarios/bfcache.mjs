// Into the back/forward cache and out of it: suspended meanwhile, then connected again under the same id, and up to date.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const keep = { keep: true };
const options = { needs: ['bfcacheWithLocks'] };

/** A page that notes whether it was restored; `returned(id)` runs the moment it is. */
const watching = (returned = '() => {}') => `(args) => {
  window.born = Math.random();
  addEventListener('pageshow', ({ persisted }) => {
    window.restored = persisted;
    if (persisted) (${returned})();
  });
  (${peer})(args);
}`;

const elsewhere = (t) => t.url(t.b, () => {}, {}, { page: 'plain.html' });

/**
 * Leaves the page, and does something while it is in the cache; it must come out of there, not be loaded anew. The page leaves by
 * itself, as by a link: a driver's navigation, which begins in the browser's own process, now and then keeps a page of Firefox out of
 * the cache that has just returned (MOZ_LOG=SHIPBFCache:5: "requests in the loadgroup"). Measured with pages without a Parley, a
 * frame in each, that leave soon after they return: 7 of 460 returns fail after `browsingContext.navigate`, none of 600 after
 * `location.assign`.
 */
async function away(t, page, meanwhile = () => {}) {
  const born = await page.eval(() => window.born);
  await page.eval((url) => void setTimeout(() => location.assign(url)), elsewhere(t));
  await page.until(() => location.pathname.endsWith('/plain.html') && window.loaded);
  await meanwhile();
  await page.tab.back();
  const [restored, same] = await page.until(
    () => location.pathname.endsWith('/peer.html') && window.loaded && [window.restored ?? false, window.born],
  );
  t.assert.deepEqual([restored, same], [true, born], 'restored from the cache');
}

async function twoTabs(t, returned) {
  const stays = await t.open(t.a, peer, { channel: 'home' });
  const leaves = await t.open(t.a, watching(returned), { channel: 'home' }, keep);
  await stays.until(() => parley.getConnectedTargets().length === 1);
  await leaves.until(() => parley.getConnectedTargets().length === 1);
  return { stays, leaves, id: await leaves.eval(() => parley.instanceId) };
}

const told = (id) => events.filter((one) => one.id === id).map(({ event }) => event);

scenario(
  'suspended while it is there, and connected again under its id',
  async (t) => {
    const { stays, leaves, id } = await twoTabs(t);
    await away(t, leaves, async () => {
      await stays.until(() => events.some(({ event }) => event === 'system:suspended'));
      const seen = await stays.eval((id) => {
        const { state } = parley.peers.find((one) => one.id === id);
        return [state, parley.getConnectionState(id), parley.isConnected(id), parley.getConnectedTargets()];
      }, id);
      t.assert.deepEqual(seen, ['suspended', 'suspended', false, []]);
      const outcome = await stays.eval((id) => settle(parley.send('echo', 1, { targetId: id })), id);
      t.assert.equal(outcome.code, 'ERR_PEER_LOST');
      t.assert.equal(outcome.details.reason, 'suspended');
      await stays.eval(() => state.setState({ meanwhile: 1 }));
      await stays.eval(() => parley.broadcast('note', 'nobody hears'));
    });
    await stays.until((id) => parley.isConnected(id), id);
    t.assert.deepEqual(await stays.eval(told, id), [
      'system:connected',
      'system:connection_state_changed',
      'system:suspended',
      'system:connection_state_changed',
      'system:reconnected',
      'system:connection_state_changed',
    ]);
    await leaves.until(() => state.get('meanwhile') === 1);
    await leaves.eval(() => state.setState({ back: 2 }));
    await stays.until(() => state.get('back') === 2);
    t.assert.equal((await stays.eval((id) => parley.send('echo', 2, { targetId: id }), id)).echoed, 2);
    t.assert.equal((await leaves.eval(() => parley.send('echo', 3))).echoed, 3);
    t.assert.equal(await leaves.eval(() => parley.instanceId), id);
    await assertAgree([stays, leaves]);
  },
  options,
);

// The driver loses sight of a frame that was in the cache: it is asked by its parent.
const answering = `(args) => {
  (${watching()})(args);
  parley.on('write', (updates) => state.setState(updates));
  parley.on('read', async (key) => [born, state.get(key), (await parley.send('echo', 'up')).echoed]);
}`;
const read = () => parley.send('read', 'fromAbove', { targetId: 'child' });

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  scenario(
    `a page with a frame is restored, both joined as before, ${where}`,
    async (t) => {
      const src = t.url(t[site], answering, { allowed: [t.a] }, keep);
      const parent = await t.open(t.a, watching(), { allowed: [t[site]], frames: [{ id: 'child', src }] }, keep);
      await parent.until(() => parley.getConnectedTargets().length === 1);
      const born = await parent.frame('child').eval(() => window.born);
      for (let round = 1; round <= 3; round++) {
        await away(t, parent);
        await parent.until(() => parley.isConnected('child'));
        await parent.eval((round) => state.setState({ fromAbove: round }), round);
        await t.until(async () => (await parent.eval(read))[1] === round, 'the frame has seen it');
        t.assert.deepEqual(await parent.eval(read), [born, round, 'up']);
        await parent.eval((round) => parley.send('write', { fromBelow: round }, { targetId: 'child' }), round);
        await parent.until((round) => state.get('fromBelow') === round, round);
      }
      t.assert.deepEqual(await parent.eval(() => events.filter(({ event }) => event === 'system:error')), []);
      t.assert.equal(await parent.eval(() => events.filter(({ event }) => event !== 'system:connected').length), 2);
    },
    { needs: ['bfcache'], timeout: 40_000 },
  );
}

// Firefox restores the documents of a page one after the other. A frame that arrives at one that is still in the cache keeps the
// page out of it the next time: MOZ_LOG=SHIPBFCache:5 then says NOT_ALLOWED of the frame. That happened in 3 of 30 runs of the
// scenario above, and in none of 500 since the documents of a page wait for each other.
const eager = `(args) => {
  // Only a sign of the other document ends the waiting here, not the time.
  const { setTimeout } = window;
  window.setTimeout = (run, ms, ...rest) => (ms === 500 ? 0 : setTimeout(run, ms, ...rest));
  window.order = [];
  const { postMessage, start } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (...args) {
    order.push('posts');
    return postMessage.apply(this, args);
  };
  MessagePort.prototype.start = function () {
    this.addEventListener('message', () => order.push('hears'));
    start.call(this);
  };
  addEventListener('message', () => order.push('hears'));
  addEventListener('pagehide', () => (window.order = []));
  (${watching(`() => {
    const payload = { round: window.round = (window.round ?? 0) + 1 };
    window.asked = parley.send('echo', payload, { targetId: parley.peers[0].id });
    const bytes = new Uint8Array([round]).buffer;
    parley.send('note', bytes, { targetId: parley.peers[0].id, expectsResponse: false, transfer: [bytes] });
    payload.round = 'changed later';
    state.setState({ [location.host]: round });
  }`)})(args);
  parley.on('seen', async () => [order[0], (await asked).echoed.round, state.getState()]);
}`;

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  scenario(
    `what a page and its frame send as they return waits until both are there, ${where}`,
    async (t) => {
      const src = t.url(t[site], `(args) => (${eager})(args)`, { allowed: [t.a], name: 'shared' }, keep);
      const args = { allowed: [t[site]], name: 'shared', frames: [{ id: 'child', src }] };
      const parent = await t.open(t.a, eager, args, keep);
      await parent.until(() => parley.getConnectedTargets().length === 1);
      for (let round = 1; round <= 3; round++) {
        await away(t, parent);
        await parent.until((round) => window.round === round && heard.length === round, round);
        const below = await parent.eval(() => parley.send('seen', null, { targetId: 'child' }));
        const above = await parent.eval(async () => [order[0], (await asked).echoed.round, state.getState()]);
        for (const [first, echoed, shared] of [above, below]) {
          t.assert.deepEqual([first, echoed], ['hears', round]);
          t.assert.ok(Object.values(shared).every((value) => value === round));
        }
        const notes = await parent.eval(() => heard.map(({ payload }) => new Uint8Array(payload)[0]));
        t.assert.deepEqual(notes, [1, 2, 3].slice(0, round));
      }
    },
    { needs: ['bfcache'], timeout: 40_000 },
  );
}

scenario(
  'a page in a channel, with a frame of another origin: what was written meanwhile comes to both',
  async (t) => {
    const src = t.url(t.b, answering, { allowed: [t.a] }, keep);
    const args = { allowed: [t.b], channel: 'home', frames: [{ id: 'child', src }] };
    const stays = await t.open(t.a, peer, { channel: 'home' });
    const parent = await t.open(t.a, watching(), args, keep);
    await parent.until(() => parley.getConnectedTargets().length === 2);
    const id = await parent.eval(() => parley.instanceId);
    for (let round = 1; round <= 2; round++) {
      await away(t, parent, () => stays.eval((round) => state.setState({ fromAbove: round }), round));
      await parent.until(() => parley.getConnectedTargets().length === 2);
      await t.until(async () => (await parent.eval(read))[1] === round, 'the frame has seen it');
      await parent.eval((round) => parley.send('write', { child: round }, { targetId: 'child' }), round);
      await stays.until((round) => state.get('child') === round, round);
      t.assert.deepEqual(await stays.eval(() => parley.getConnectedTargets()), [id]);
    }
    t.assert.deepEqual(await parent.eval(() => events.filter(({ event }) => event === 'system:error')), []);
    await assertAgree([stays, parent]);
  },
  { ...options, timeout: 40_000 },
);

scenario(
  'what it was asked is not waited for, and what it asked ends when it returns',
  async (t) => {
    const { stays, leaves, id } = await twoTabs(t);
    const ask = () => {
      window.call = settle(parley.send('never', null, { targetId: parley.peers[0].id, timeout: 60_000 }));
    };
    await stays.eval(ask);
    await leaves.eval(ask);
    for (const view of [stays, leaves]) await view.until(() => heard.includes('asked'));
    await away(t, leaves, async () => {
      const outcome = await stays.eval(() => call);
      t.assert.equal(outcome.code, 'ERR_PEER_LOST');
      t.assert.equal(outcome.details.reason, 'suspended');
      await stays.until(() => heard.includes('aborted'));
    });
    t.assert.equal((await leaves.eval(() => call)).code, 'ERR_PEER_LOST');
    await stays.until((id) => parley.isConnected(id), id);
  },
  options,
);

scenario(
  'one that never returns is given up, and one that returns after all is let in again',
  async (t) => {
    const { stays, leaves, id } = await twoTabs(t);
    await away(t, leaves, async () => {
      await stays.until((id) => parley.getConnectionState(id) === 'suspended', id);
      await stays.eval(() => {
        const now = performance.now.bind(performance);
        performance.now = () => now() + 61_000;
      });
      await stays.until((id) => parley.getConnectionState(id) === 'disconnected', id);
      const end = await stays.eval(() => events.find(({ event }) => event === 'system:disconnected'));
      t.assert.equal(end.reason, 'timeout');
      t.assert.deepEqual(await stays.eval(() => parley.peers), []);
    });
    await stays.until((id) => parley.isConnected(id), id);
    t.assert.equal(await stays.eval(() => events.filter(({ event }) => event === 'system:reconnected').length), 1);
  },
  options,
);

scenario(
  'its old snapshot, written back when it returns, does not win over what it has not seen',
  async (t) => {
    const { stays, leaves } = await twoTabs(t, '() => { state.setState(saved); }');
    await leaves.eval(() => state.setState({ x: 'old', y: 'old' }));
    await stays.until(() => state.get('y') === 'old');
    await leaves.eval(() => (window.saved = state.getState()));
    await away(t, leaves, async () => {
      await stays.until(() => parley.getConnectedTargets().length === 0);
      await stays.eval(() => state.setState({ x: 'new' }));
    });
    await leaves.until(() => state.get('x') === 'new');
    await stays.until(() => parley.getConnectedTargets().length === 1);
    await leaves.eval(() => state.setState({ last: true }));
    await stays.until(() => state.get('last'));
    t.assert.equal(await stays.eval(() => canon(state.getState())), await leaves.eval(() => canon(state.getState())));
    t.assert.equal(await stays.eval(() => state.get('x')), 'new');
  },
  options,
);

// Nothing that the collector finds may run in a page that is in the cache: Chromium evicts it for that.
for (const [where, framed] of [
  ['in a channel', false],
  ['with a frame of another origin', true],
]) {
  scenario(
    `a page ${where} whose garbage is collected as it leaves is restored`,
    async (t) => {
      const leaving = `(args) => {
        (${answering})(args);
        addEventListener('pagehide', () => gc());
      }`;
      const frames = framed ? [{ id: 'child', src: t.url(t.b, leaving, { allowed: [t.a] }, keep) }] : [];
      const stays = await t.open(t.a, peer, { channel: 'home' });
      const page = await t.open(t.a, leaving, { allowed: [t.b], channel: 'home', frames }, keep);
      for (let round = 1; round <= 3; round++) {
        await page.until((count) => parley.getConnectedTargets().length === count, 1 + frames.length);
        // Functions that nobody has any more.
        await page.eval(async (round) => {
          for (let i = 0; i < 100; i++) state.subscribe(() => {})();
          await state.setState({ round });
        }, round);
        await away(t, page);
      }
      await stays.until(() => state.get('round') === 3);
    },
    { needs: ['bfcacheWithLocks', 'heap'], timeout: 40_000 },
  );
}

scenario('what it wrote last, even while it left, is not lost', async (t) => {
  const { stays, leaves } = await twoTabs(t);
  const slow = [stays, leaves].map((view) =>
    view.eval(() => void (window.slow = new SyncedState(parley, {}, { name: 'slow', debounceMs: 60_000 }))),
  );
  await Promise.all(slow);
  await leaves.eval((url) => {
    slow.setState({ parting: 1 });
    setTimeout(() => {
      location.assign(url);
      state.setState({ parting: 2 });
    });
  }, elsewhere(t));
  await stays.until(() => slow.get('parting') === 1 && state.get('parting') === 2);
});
