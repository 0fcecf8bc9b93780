// Frames that are moved, navigated in the middle of things, or whose process dies; and pages that are hidden.
import { inBackground } from '../browsers/background.mjs';
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  const family = async (t, options) => {
    const src = t.url(t[site], peer, { allowed: [t.a] }, options);
    const parent = await t.open(t.a, peer, { allowed: [t[site]], frames: [{ id: 'child', src }] });
    return { parent, child: await parent.frame('child').loaded() };
  };

  scenario(`moved as a whole (moveBefore): nothing is noticed, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    for (const view of [parent, child]) await view.until(() => parley.getConnectedTargets().length === 1);
    await parent.eval(() => {
      window.call = settle(parley.send('echo', 'under way', { targetId: 'child' }));
      const element = document.getElementById('child');
      const place = document.body.appendChild(document.createElement('div'));
      // Where there is none, the frame is loaded anew, which is another scenario.
      window.moved = typeof place.moveBefore === 'function';
      if (moved) place.moveBefore(element, null);
    });
    if (!(await parent.eval(() => moved))) return t.note('this browser has no moveBefore');
    t.assert.equal((await parent.eval(() => call)).value.echoed, 'under way');
    await parent.eval(() => pause(1500));
    t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
    t.assert.equal((await child.eval(() => parley.send('echo', 2))).echoed, 2);
    for (const view of [parent, child])
      t.assert.ok(!(await view.eval(() => events.some(({ event }) => event === 'system:disconnected'))), view.name);
  });

  scenario(
    `navigated again and again while it is being joined: connect() ends once somebody stays, ${where}`,
    async (t) => {
      // The harness' own, in a document that is left while it begins.
      t.expectConsole(/NetworkError when attempting to fetch resource|AbortError: The operation was aborted/);
      // The driver may lose sight of a frame that is navigated while it begins: it is asked by its parent.
      const asked = `(args) => {
        (${peer})(args);
        parley.on('where', () => location.search);
        parley.on('write', async (round) => {
          await state.setState({ round });
          return (await parley.send('echo', round)).echoed;
        });
      }`;
      const src = t.url(t[site], asked, { allowed: [t.a] });
      const parent = await t.open(t.a, peer, { allowed: [t[site]] });
      for (let round = 0; round < 12; round++) {
        const outcome = await parent.eval(
          async (src, round) => {
            const frame = addFrame('child', src);
            const joined = settle(parley.connect(frame, 'child', { timeout: 15_000 }));
            // Each time a little later: before it is there, in the middle of its handshake, after it.
            for (let n = 0; n < 3; n++) {
              await pause(round * 15);
              frame.src = `${src}&again=${n}`;
            }
            return joined;
          },
          src,
          round,
        );
        t.assert.equal(outcome.value?.id, 'child', `round ${round}: ${JSON.stringify(outcome)}`);
        const say = (type, payload) =>
          settle(parley.send(type, payload, { targetId: 'child' })).then(({ value }) => value);
        await t.until(
          async () => (await parent.eval(say, 'where'))?.includes('again=2'),
          'the last document is joined',
        );
        t.assert.equal(await parent.eval(say, 'write', round), round);
        await parent.until((round) => state.get('round') === round, round);
        await parent.eval(async () => {
          document.getElementById('child').remove();
          await parley.disconnect('child').catch(() => {});
        });
        await parent.until(() => parley.peers.length === 0);
      }
    },
    { timeout: 60_000 },
  );

  scenario(`navigated to somewhere else in mid-call, from both sides, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    for (const view of [parent, child]) await view.until(() => parley.getConnectedTargets().length === 1);
    const ask = () => void (window.call = settle(parley.send('never', null, { timeout: 60_000 })));
    await parent.eval(ask);
    await child.eval(ask);
    for (const view of [parent, child]) await view.until(() => heard.includes('asked'));
    const url = t.url(t.evil, () => {}, {}, { page: 'plain.html' });
    await parent.eval((url) => void (document.getElementById('child').src = url), url);
    const outcome = await parent.eval(() => call);
    t.assert.equal(outcome.code, 'ERR_PEER_LOST');
    t.assert.notEqual(outcome.details?.reason, 'timeout', 'its end was noticed, not its silence');
    // What it was in the middle of doing for the child is called off.
    await parent.until(() => heard.includes('aborted'));
  });
}

scenario(
  "a frame's process dies: it is given up when it was silent for long, and joined again when it is reloaded",
  (t) =>
    inBackground(async (open) => {
      const src = t.url(t.b, peer, { allowed: [t.a] });
      const cast = `(args) => {
        const now = performance.now.bind(performance);
        window.ahead = 0;
        performance.now = () => now() + ahead;
        (${peer})(args);
      }`;
      const parent = await open(t.url(t.a, cast, { allowed: [t.b], frames: [{ id: 'child', src }] }));
      await parent.until(() => parley.isConnected('child'));
      t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
      await parent.eval(() => {
        window.call = settle(parley.send('never', null, { targetId: 'child', timeout: 600_000 }));
      });
      t.assert.equal(await parent.crashFrames(), 1);
      // Nothing tells the page of it. A minute and a half pass.
      for (let n = 0; n < 9; n++) {
        await parent.eval(async () => {
          ahead += 12_000;
          await pause(1100);
        });
      }
      t.assert.equal((await parent.eval(() => Promise.race([call, pause(3000)])))?.code, 'ERR_PEER_LOST');
      await parent.until(() =>
        events.some(({ event, reason }) => event === 'system:disconnected' && reason === 'timeout'),
      );
      await parent.eval(() => {
        const frame = document.getElementById('child');
        frame.src = frame.getAttribute('src');
      });
      await parent.until(() => events.some(({ event }) => event === 'system:reconnected'));
      t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
    }),
  { needs: ['crash'], timeout: 40_000 },
);

/** No timer that is set from now on runs before `release()`. */
function holdTimers() {
  const { setTimeout: set, clearTimeout: clear } = window;
  const [held, released] = [new Map(), new Map()];
  let last = 2 ** 30;
  window.setTimeout = (...timer) => {
    last += 1;
    held.set(last, timer);
    return last;
  };
  window.clearTimeout = (id) => {
    if (!held.delete(id)) clear.call(window, released.get(id) ?? id);
  };
  window.release = () => {
    window.setTimeout = set;
    for (const [id, timer] of held) released.set(id, set.apply(window, timer));
    held.clear();
  };
}

scenario(
  'hidden for real, with timers that run once a second: messages, answers and writes are as quick as ever',
  (t) =>
    inBackground(async (open) => {
      const src = t.url(t.b, peer, { allowed: [t.a] });
      const hidden = await open(t.url(t.a, peer, { allowed: [t.b], channel: 'home', frames: [{ id: 'child', src }] }));
      const seen = await open(t.url(t.a, peer, { channel: 'home' }));
      await seen.until(() => parley.getConnectedTargets().length === 1);
      await hidden.until(() => parley.getConnectedTargets().length === 2);
      t.assert.equal(await hidden.eval(() => document.visibilityState), 'hidden');
      // Chromium lets them run as they like for the first ten seconds or so.
      await hidden.until(async () => {
        const since = performance.now();
        for (let n = 0; n < 3; n++) await pause(10);
        return performance.now() - since > 1000;
      });
      // From here to `release()` its timers do not run at all: what arrives and leaves waits for none of them.
      await hidden.eval(holdTimers);
      const id = await hidden.eval(() => parley.instanceId);
      const outcomes = await seen.eval(async (id) => {
        const outcomes = [];
        for (let n = 0; n < 20; n++) outcomes.push(await settle(parley.send('echo', n, { targetId: id })));
        return outcomes;
      }, id);
      for (const [n, outcome] of outcomes.entries()) t.assert.equal(outcome.value?.echoed, n, JSON.stringify(outcome));
      const took = outcomes.map(({ took }) => took).sort((a, b) => a - b);
      t.note(`answers after ${took[10]} ms (median), ${took[19]} ms (longest)`);
      // Through the hidden page, to its frame and back.
      await seen.eval(() => state.setState({ there: 1 }));
      await hidden.until(() => state.get('there') === 1);
      t.assert.equal((await hidden.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
      await hidden.eval(() => state.setState({ back: 1 }));
      await seen.until(() => state.get('back') === 1);
      await hidden.eval(() => release());
      // What is debounced there takes a timer, or the next word of it.
      await hidden.eval(() => {
        window.slow = new SyncedState(parley, {}, { name: 'slow', debounceMs: 50 });
        slow.setState({ n: 1 });
      });
      await seen.eval(() => void (window.slow = new SyncedState(parley, {}, { name: 'slow' })));
      await seen.until(() => slow.get('n') === 1);
      t.assert.ok(!(await seen.eval(() => events.some(({ event }) => event === 'system:disconnected'))));
    }),
  { needs: ['freeze'], timeout: 60_000 },
);
