// What a state holds is bounded, whatever a frame of another origin floods it with: keys, deletions, writers.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

scenario(
  'a frame that floods a state with keys, deletions and writers fills nothing, and the others go on',
  async (t) => {
    const options = { limits: { keys: 50, tombstones: 20 } };
    const src = t.url(t.b, peer, { allowed: [t.a] });
    const parent = await t.open(t.a, peer, { allowed: [t.a, t.b], options, frames: [{ id: 'child', src }] });
    t.assert.ok((await parent.eval(() => connections.child)).value);
    const child = await parent.frame('child').loaded();
    await parent.eval(() => state.setState({ honest: 0 }));
    await child.until(() => state.getState().honest === 0);

    // As this package writes them: its own bounds are wide.
    await child.eval(async () => {
      for (let at = 0; at < 2000; at++) {
        state.setState({ [`flood ${at}`]: at });
        if (at % 10 === 0) await turn();
      }
    });
    await parent.until(() => events.some(({ code }) => code === 'ERR_LIMIT'));
    t.assert.ok((await parent.eval(() => Object.keys(state.getState()).length)) <= 100);
    // Freed, everything agrees again.
    await child.eval(async () => {
      for (let at = 0; at < 2000; at++) {
        state.delete(`flood ${at}`);
        if (at % 100 === 0) await turn();
      }
      await state.setState({ freed: true });
    });
    await parent.until(() => state.getState().freed === true, { timeout: 20_000 });
    t.assert.deepEqual(await parent.eval(() => Object.keys(state.getState()).sort()), ['freed', 'honest']);

    // By hand, through a wire of its own: each write of another writer, and keys that are written and deleted for ever.
    await child.eval(() => {
      parley.on('wire', (port) => {
        window.raw = port;
      });
    });
    await parent.eval(async () => {
      const { port1, port2 } = new MessageChannel();
      await parley.send('wire', port2, { targetId: 'child', transfer: [port2], expectsResponse: false });
      window.wired = settle(parley.connect(port1, 'raw'));
    });
    await child.until(() => window.raw);
    await child.eval(async () => {
      raw.onmessage = () => {};
      raw.postMessage([32, 'uid', 'uid', 'port', false, false]);
      const time = () => (Date.now() - 1_577_836_800_000) * 4096;
      for (let at = 0; at < 20_000; at++) {
        const [actor, key] = [1_000_000 + at, `by hand ${at % 1000}`];
        raw.postMessage([39, 'state', actor, 1, null, time(), [key], [at % 2 ? at : undefined]]);
        if (at % 500 === 0) await turn();
      }
    });
    await parent.until(() => window.wired);
    t.assert.ok((await parent.eval(() => Object.keys(state.getState()).length)) <= 100);
    for (let at = 1; at <= 3; at++) {
      await parent.eval((at) => state.setState({ honest: at }), at);
      await child.until((at) => state.getState().honest === at, at);
    }
    t.assert.ok((await parent.eval(() => Object.keys(state.getState()).length)) <= 100);
  },
  { timeout: 60_000 },
);
