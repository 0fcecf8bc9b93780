// Clocks that are wrong when a page writes, and are set right while others live: all agree, and nobody is refused.
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

/** A page whose clock is off by `ahead` until `window.ahead` says otherwise; what it stores outlives it. */
const page = `({ allowed = [], ahead = 0, channel, frames = [] }) => {
  const { now } = Date;
  window.ahead = ahead;
  Date.now = () => now() + window.ahead;
  window.parley = Parley.create({ allowedOrigins: [location.origin, ...allowed], channel, logLevel: 'none' });
  window.refused = [];
  parley.onSystem('system:rejected', ({ code }) => refused.push(code));
  window.state = new SyncedState(parley, { x: 'initial' }, { persist: 'clocks' });
  window.store = new parleySync.SyncedStore(parley, (list, action) => [...list, action.n], []);
  window.presence = new parleySync.Presence(parley, { x: 'initial' });
  for (const { id, src } of frames) settle(parley.connect(addFrame(id, src), id));
}`;

async function writes(view, all, mark) {
  await view.eval((x) => {
    void state.setState({ x });
    store.dispatch({ type: 'add', n: x });
    presence.set({ x });
  }, mark);
  for (const other of all) {
    await other.until((x) => state.get('x') === x && store.getState().includes(x), mark);
    if (other !== view) await other.until((x) => [...presence.others.values()].some((said) => said.x === x), mark);
  }
}

for (const [what, ahead] of [
  ['an hour ahead', HOUR],
  ['a day behind', -24 * HOUR],
  ['forty years ahead', 40 * YEAR],
]) {
  scenario(
    `a tab whose clock is ${what} writes and is set right: a tab and a frame that come later agree with it`,
    async (t) => {
      const channel = 'home';
      const first = await t.open(t.a, page, { allowed: [t.b], ahead, channel });
      await first.eval(async () => {
        await Promise.all([state.ready, store.ready]);
        await state.setState({ x: 'with the wrong clock' });
        store.dispatch({ type: 'add', n: 'with the wrong clock' });
        window.ahead = 0;
      });
      const src = t.url(t.b, page, { allowed: [t.a] });
      const second = await t.open(t.a, page, { allowed: [t.b], channel, frames: [{ id: 'child', src }] });
      const frame = await second.frame('child').loaded();
      const all = [first, second, frame];
      for (const view of all)
        await view.until(
          () => state.get('x') === 'with the wrong clock' && store.getState()[0] === 'with the wrong clock',
        );
      for (const [at, view] of [frame, first].entries()) await writes(view, all, `right ${at}`);
      // The clock jumps once more, in one window that lives.
      await second.eval((ms) => void (window.ahead = -ms), ahead);
      for (const [at, view] of [second, frame].entries()) await writes(view, all, `again ${at}`);
      await assertAgree(all);
      for (const view of all) t.assert.deepEqual(await view.eval(() => refused), []);
      // What is stored with such times is there for a window that finds nobody, and it writes over it.
      await first.tab.close();
      await second.tab.close();
      const last = await t.open(t.a, page, { channel: 'elsewhere' });
      await last.eval(() => state.ready);
      t.assert.equal(await last.eval(() => state.get('x')), 'again 1');
      await last.eval(() => state.setState({ x: 'last' }));
      t.assert.equal(await last.eval(() => state.get('x')), 'last');
    },
  );
}
