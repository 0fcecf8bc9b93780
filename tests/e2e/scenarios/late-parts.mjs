// Parts of the wasm that come when they are needed: who has them, and what the others see meanwhile.
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

function application({ allowed, channel, frames = [], options = {} }) {
  window.parley = Parley.create({ ...(allowed && { allowedOrigins: allowed }), ...(channel && { channel }) });
  window.errors = [];
  parley.onSystem('system:error', ({ code, message }) => errors.push([code, message]));
  window.state = new SyncedState(parley, { a: 0, b: 0, n: 0 }, options);
  window.seen = [];
  state.subscribe(({ a, b, n }) => seen.push([a, b, n]));
  window.hasPart = (part) =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith(`/inline-${part}.js`));
  for (const { id, src } of frames) void settle(parley.connect(addFrame(id, src), id));
}

/** Two tabs of one origin; the first holds a frame of the other origin. */
async function windows(t, how = {}) {
  const src = t.url(t.b, application, { ...how, allowed: [t.a] });
  const allowed = [t.a, t.b];
  const first = await t.open(t.a, application, { ...how, allowed, channel: 'late', frames: [{ id: 'child', src }] });
  const frame = await first.frame('child').loaded();
  const second = await t.open(t.a, application, { ...how, allowed, channel: 'late' });
  await second.until(() => parley.getConnectedTargets().length === 1);
  await first.until(() => parley.getConnectedTargets().length === 2);
  await frame.until(() => parley.getConnectedTargets().length === 1);
  for (const view of [first, frame, second]) await view.eval(() => state.ready);
  return [first, frame, second];
}

const have = (views, part) => Promise.all(views.map((view) => view.eval((part) => hasPart(part), part)));

scenario('plain states fetch no part; a transaction fetches it wherever it is seen, and is seen whole', async (t) => {
  const all = await windows(t);
  const [first, frame, second] = all;
  await first.eval(() => state.setState({ n: 1 }));
  await second.eval(() => state.increment('n', 2));
  for (const view of all) await view.until(() => state.get('n') === 3);
  t.assert.deepEqual(await have(all, 'conflicts'), [false, false, false]);

  const shown = await second.eval(() => {
    void state.transaction(() => {
      state.setState({ a: 1 });
      state.setState({ b: 1 });
    });
    // What follows waits with it, and shows as well.
    void state.setState({ n: 9 });
    return state.getState();
  });
  t.assert.deepEqual(shown, { a: 1, b: 1, n: 9 });
  for (const view of all) await view.until(() => state.get('n') === 9);
  t.assert.deepEqual(await have(all, 'conflicts'), [true, true, true]);
  await assertAgree(all);
  for (const view of all) {
    const seen = await view.eval(() => window.seen);
    t.assert.ok(
      seen.every(([a, b]) => a === b),
      JSON.stringify(seen),
    );
    t.assert.deepEqual(await view.eval(() => errors), []);
  }

  t.assert.equal(await frame.eval(() => state.undo()), false, 'it wrote nothing');
  t.assert.equal(await second.eval(() => state.undo()), true);
  for (const view of all) await view.until(() => state.get('n') === 3);
  t.assert.deepEqual(await have(all, 'gateways'), [false, false, false]);
});

scenario('the first undo of a plain state fetches the part, and takes back what was written', async (t) => {
  const all = await windows(t);
  const [first] = all;
  await first.eval(() => state.setState({ a: 1, n: 1 }));
  for (const view of all) await view.until(() => state.get('n') === 1);
  t.assert.deepEqual(await have(all, 'conflicts'), [false, false, false]);
  t.assert.equal(await first.eval(() => state.undo()), true);
  for (const view of all) await view.until(() => state.get('n') === 0 && state.get('a') === 0);
  await assertAgree(all);
});

scenario('states that merge wait for it: what each wrote before it came is merged', async (t) => {
  const all = await windows(t, { options: { conflict: 'merge' } });
  for (const view of all) await view.eval(() => void state.increment('n', 1));
  for (const view of all) await view.until(() => state.get('n') === 3);
  t.assert.deepEqual(await have(all, 'conflicts'), [true, true, true]);
  await assertAgree(all);
});
