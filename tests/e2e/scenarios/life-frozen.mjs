// Tabs that are frozen, and tabs whose timers hardly run.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const told = (id) => events.filter((one) => one.id === id).map(({ event }) => event);

scenario(
  'a frozen tab is suspended, answers when it goes on, and has missed nothing',
  async (t) => {
    const stays = await t.open(t.a, peer, { channel: 'home' });
    const frozen = await t.open(t.a, peer, { channel: 'home' });
    const id = await frozen.eval(() => parley.instanceId);
    await stays.until((id) => parley.isConnected(id), id);
    await frozen.until(() => parley.getConnectedTargets().length === 1);
    await frozen.eval(() => {
      parley.on('later', () => new Promise((resolve) => (window.answer = resolve)));
      document.addEventListener('resume', () => answer('at last'));
    });
    await stays.eval((id) => {
      window.call = settle(parley.send('later', null, { targetId: id, timeout: 60_000 }));
    }, id);
    await frozen.until(() => typeof window.answer === 'function');
    await frozen.tab.setFrozen(true);
    await stays.until((id) => parley.getConnectionState(id) === 'suspended', id);
    const refused = await stays.eval((id) => settle(parley.send('echo', 1, { targetId: id })), id);
    t.assert.equal(refused.code, 'ERR_PEER_LOST');
    t.assert.equal(refused.details.reason, 'suspended');
    for (let n = 1; n <= 50; n++) await stays.eval((n) => state.setState({ n, [`k${n}`]: n }), n);
    // A newcomer knows nothing of it, and is ready all the same.
    const newcomer = await t.open(t.a, peer, { channel: 'home' });
    await newcomer.eval(() => state.ready);
    await frozen.tab.setFrozen(false);
    t.assert.equal((await stays.eval(() => call)).value, 'at last');
    await stays.until((id) => parley.isConnected(id), id);
    t.assert.deepEqual(
      (await stays.eval(told, id)).filter((event) => !event.endsWith('changed')),
      ['system:connected', 'system:suspended', 'system:reconnected'],
    );
    await frozen.until(() => state.get('n') === 50 && parley.getConnectedTargets().length === 2);
    await frozen.eval(() => state.setState({ thawed: 1 }));
    for (const view of [stays, newcomer]) await view.until(() => state.get('thawed') === 1);
    await assertAgree([stays, frozen, newcomer]);
  },
  { needs: ['freeze'], hides: true, timeout: 30_000 },
);

scenario(
  'a frozen tab that is closed is gone at once',
  async (t) => {
    const stays = await t.open(t.a, peer, { channel: 'home' });
    const frozen = await t.open(t.a, peer, { channel: 'home' });
    await stays.until(() => parley.getConnectedTargets().length === 1);
    await frozen.until(() => parley.getConnectedTargets().length === 1);
    await frozen.tab.setFrozen(true);
    await stays.until(() => parley.peers[0].state === 'suspended');
    await frozen.tab.crash();
    await stays.until(() => parley.peers.length === 0);
    t.assert.equal(
      await stays.eval(() => events.find(({ event }) => event === 'system:disconnected').reason),
      'closed',
    );
  },
  { needs: ['freeze', 'crash'], hides: true },
);

scenario(
  'a page that is frozen with its frame: neither notices',
  async (t) => {
    const src = t.url(t.b, peer, { allowed: [t.a] });
    const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
    const child = await parent.frame('child').loaded();
    await parent.until(() => parley.isConnected('child'));
    for (const view of [parent, child])
      await view.eval(() => document.addEventListener('freeze', () => (window.frozen = true)));
    await parent.tab.setFrozen(true);
    await parent.tab.setFrozen(false);
    for (const view of [parent, child]) await view.until(() => window.frozen);
    t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
    t.assert.equal((await child.eval(() => parley.send('echo', 2))).echoed, 2);
    for (const view of [parent, child])
      t.assert.ok(!(await view.eval(() => events.some(({ event }) => event === 'system:suspended'))));
  },
  { needs: ['freeze'], hides: true },
);

/** From now on the page's clock stands where the scenario sets it, and its timers run only when they are let. */
const slowTimers = `() => {
  const now = performance.now.bind(performance);
  window.ahead = 0;
  performance.now = () => now() + ahead;
  const set = window.setTimeout;
  window.waiting = [];
  window.asleep = false;
  window.setTimeout = (run, ms) => set(() => (asleep ? waiting.push(run) : run()), ms);
  window.minutesLater = (minutes) => {
    ahead += minutes * 60_000;
    for (const run of waiting.splice(0)) run();
  };
}`;

for (const [who, awake] of [
  ['the frame', 'parent'],
  ['the parent', 'child'],
]) {
  scenario(`${who} is hidden and its timers run once a minute: nobody is lost`, async (t) => {
    const cast = `(args) => { (${slowTimers})(); (${peer})(args); }`;
    const src = t.url(t.b, cast, { allowed: [t.a] });
    const parent = await t.open(t.a, cast, { allowed: [t.b], frames: [{ id: 'child', src }] });
    const child = await parent.frame('child').loaded();
    const both = { parent, child };
    for (const view of [parent, child]) await view.until(() => parley.getConnectedTargets().length === 1);
    const [watching, hidden] = awake === 'parent' ? [parent, child] : [child, parent];
    await hidden.eval(() => void (asleep = true));
    // Ten minutes: the one looks round every second of them, the other once a minute.
    for (let minute = 0; minute < 10; minute++) {
      for (let part = 0; part < 4; part++) {
        await watching.eval(async () => {
          ahead += 15_000;
          await pause(60);
        });
      }
      await hidden.eval(() => minutesLater(1));
    }
    await watching.eval(() => pause(1200));
    for (const view of Object.values(both)) {
      t.assert.equal(await view.eval(() => parley.getConnectedTargets().length), 1, view.name);
      t.assert.ok(!(await view.eval(() => events.some(({ event }) => event === 'system:disconnected'))), view.name);
    }
    await hidden.eval(() => state.setState({ hidden: 1 }));
    await watching.until(() => state.get('hidden') === 1);
  });
}
