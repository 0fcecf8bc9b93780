// What the state classes promise, between two tabs and a frame of another origin.
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

/** An application with one state; what its listeners are told is kept. */
function application({ allowed, channel, initial, options = {}, refuses, frames = [], name = 'SyncedState' }) {
  window.parley = Parley.create({
    ...(allowed && { allowedOrigins: allowed }),
    ...(channel && { channel }),
    logLevel: 'none',
  });
  window.errors = [];
  parley.onSystem('system:error', ({ code, details }) => errors.push([code, details?.keys]));
  if (refuses) options.validate = ({ x }) => x !== refuses;
  window.state = new parleySync[name](parley, initial, options);
  window.told = [];
  state.subscribe?.((now, before, change) => told.push([now.x, before.x, change.origin]));
  window.connections = Object.fromEntries(
    frames.map(({ id, src }) => [id, settle(parley.connect(addFrame(id, src), id))]),
  );
}

/** Two tabs of one origin; the first holds a frame of the other origin. `child` says what is different there. */
async function windows(t, how, child = {}) {
  const src = t.url(t.b, application, { ...how, allowed: [t.a], ...child });
  const allowed = [t.a, t.b];
  const first = await t.open(t.a, application, { ...how, allowed, channel: 'home', frames: [{ id: 'child', src }] });
  const frame = await first.frame('child').loaded();
  const second = await t.open(t.a, application, { ...how, allowed, channel: 'home' });
  await second.until(() => parley.getConnectedTargets().length === 1);
  await first.until(() => parley.getConnectedTargets().length === 2);
  await frame.until(() => parley.getConnectedTargets().length === 1);
  for (const view of [first, frame, second]) await view.eval(() => state.ready);
  return { first, frame, second, all: [first, frame, second] };
}

scenario('a frame refuses a write: it is taken back in every window, and its writer is told', async (t) => {
  const how = { initial: { x: 0 }, name: 'OptimisticSyncedState' };
  const { first, frame, second, all } = await windows(t, how, { refuses: 'bad' });
  const outcome = await first.eval(() => settle(state.setState({ x: 'bad' }, { ack: 'all', rollbackOnError: true })));
  t.assert.equal(outcome.code, 'ERR_REJECTED', JSON.stringify(outcome));
  for (const view of all) await view.until(() => state.get('x') === 0);
  t.assert.deepEqual(await first.eval(() => told), [
    ['bad', 0, 'local'],
    [0, 'bad', 'rollback'],
  ]);
  t.assert.deepEqual(await frame.eval(() => told), [], 'who refused it never showed it');
  await second.eval(() => state.setState({ x: 'good' }));
  for (const view of all) await view.until(() => state.get('x') === 'good');
  // From the other tab the refusal comes by way of the first.
  await second.eval(() => void settle(state.setState({ x: 'bad' }, { rollbackOnError: true })));
  await second.until(() =>
    told.some(([now, before, origin]) => now === 'good' && before === 'bad' && origin === 'rollback'),
  );
  for (const view of all) await view.until(() => state.get('x') === 'good');
  await assertAgree(all);
  t.assert.deepEqual(await first.eval(() => errors), [], 'it was told by the promise');
  t.assert.deepEqual(await second.eval(() => errors), [['ERR_REJECTED', ['x']]], 'nobody waited any more');
});

scenario('ack: a write resolves when the windows connected with this one have applied it', async (t) => {
  const { first, frame, second } = await windows(t, { initial: { x: 0 } });
  await first.eval(() => state.setState({ x: 1 }, { ack: 'all' }));
  t.assert.deepEqual(await Promise.all([frame, second].map((view) => view.eval(() => state.get('x')))), [1, 1]);
});

scenario('a conflict that is settled by hand: the same candidates everywhere, resolved in the frame', async (t) => {
  const { first, frame, second, all } = await windows(t, { initial: { x: 0 }, options: { conflict: 'manual' } });
  const start = Date.now() + 300;
  const at = async (what, start) => {
    while (Date.now() < start) await turn();
    // Nobody has heard of anything yet: a write of this turn is sent at its end.
    await state.setState({ x: what });
  };
  // Until two writes did cross: whoever hears of the other's first replaces it.
  for (let n = 1; ; n++) {
    const now = Math.max(start, Date.now() + 100);
    await Promise.all([first.eval(at, `first ${n}`, now), second.eval(at, `second ${n}`, now)]);
    await first.eval(() => pause(50));
    if (await frame.eval(() => state.conflicts.size)) break;
    t.assert.ok(n < 30, 'no two writes crossed');
  }
  for (const view of all) await view.until(() => state.conflicts.get('x')?.length === 2);
  const lists = await Promise.all(
    all.map((view) => view.eval(() => state.conflicts.get('x').map(({ value, from, at }) => [value, from, at]))),
  );
  for (const list of lists) t.assert.deepEqual(list, lists[0]);
  await assertAgree(all);
  await frame.eval(() =>
    state.resolve(
      'x',
      state.conflicts
        .get('x')
        .map(({ value }) => value.split(' ')[0])
        .sort()
        .join('+'),
    ),
  );
  for (const view of all) await view.until(() => state.get('x') === 'first+second' && state.conflicts.size === 0);
});

scenario('a transaction is one change in every window', async (t) => {
  const { first, all } = await windows(t, { initial: { x: 0, y: 0 } });
  for (const view of all)
    await view.eval(() => {
      window.halves = 0;
      state.subscribe((now) => void (now.x !== now.y && halves++));
    });
  await first.eval(() =>
    state.transaction(() => {
      state.setState({ x: 1 });
      state.increment('y');
    }),
  );
  for (const view of all) {
    await view.until(() => state.get('x') === 1 && state.get('y') === 1);
    t.assert.deepEqual(await view.eval(() => [told.length, halves]), [1, 0], view.name);
  }
});

scenario('increments of all windows at once all count; each undoes its own', async (t) => {
  const { first, frame, second, all } = await windows(t, { initial: { n: 0 } });
  const add = async (by) => {
    for (let n = 0; n < 50; n++) {
      state.increment('n', by);
      if (n % 7 === 0) await turn();
    }
  };
  await Promise.all([first.eval(add, 1), frame.eval(add, 10), second.eval(add, 100)]);
  for (const view of all) await view.until(() => state.get('n') === 5550);
  t.assert.equal(await frame.eval(() => state.undo() && state.undo()), true);
  for (const view of all) await view.until(() => state.get('n') === 5530);
  t.assert.equal(await frame.eval(() => state.redo()), true);
  for (const view of all) await view.until(() => state.get('n') === 5540);
});

scenario('a tab that is closed while a debounced write waits: it has been sent', async (t) => {
  const { first, frame, second } = await windows(t, { initial: { x: 0 }, options: { debounceMs: 60_000 } });
  await second.eval(() => void state.setState({ x: 'last' }).catch(() => {}));
  t.assert.equal(await first.eval(() => state.get('x')), 0);
  await second.tab.close();
  // The first passes it on at once: it waits with its own writes only.
  for (const view of [first, frame]) await view.until(() => state.get('x') === 'last');
});
