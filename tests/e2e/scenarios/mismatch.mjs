// Windows whose options differ for a key, as in a deploy that changes a strategy: the key is not exchanged, and all are told.
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

/** An application with one state; the options of its frame may be changed by `later`, which its next document reads. */
function application({ allowed, channel, options = {}, later, src }) {
  window.parley = Parley.create({
    ...(allowed && { allowedOrigins: allowed }),
    ...(channel && { channel }),
    logLevel: 'none',
  });
  window.told = [];
  parley.onSystem('system:error', ({ code, details }) =>
    told.push([code, details?.name, details?.key, details?.mine, details?.theirs]),
  );
  window.events = [];
  parley.onSystem('system:reconnected', ({ id }) => events.push(id));
  const chosen = later && localStorage.getItem('deployed') ? later : options;
  window.state = new SyncedState(parley, {}, { name: 's', ...chosen });
  if (src) window.connected = settle(parley.connect(addFrame('child', src), 'child'));
}

const LWW = 'last-write-wins';
const MERGE = { conflict: { k: 'merge' } };

scenario('a frame of another origin without the new strategy, and its reload with it', async (t) => {
  const src = t.url(t.b, application, { allowed: [t.a], later: MERGE });
  const parent = await t.open(t.a, application, { allowed: [t.b], options: MERGE, src });
  const child = await parent.frame('child').loaded();
  await parent.eval(() => connected);
  await child.until(() => told.length > 0);
  await parent.until(() => told.length > 0);

  await parent.eval(() => state.setState({ k: { of: 'parent' }, j: 1 }));
  await child.until(() => state.get('j') === 1);
  await child.eval(() => state.setState({ k: { of: 'child' }, j: 2 }));
  await parent.until(() => state.get('j') === 2);
  await parent.eval(() => state.setState({ k: { of: 'parent', more: 1 }, j: 3 }, { ack: 'all' }));
  t.assert.deepEqual(await parent.eval(() => state.getState()), { k: { of: 'parent', more: 1 }, j: 3 });
  t.assert.deepEqual(await child.eval(() => state.getState()), { k: { of: 'child' }, j: 3 });
  t.assert.deepEqual(await parent.eval(() => told), [['ERR_CONFIG_MISMATCH', 's', 'k', 'merge', LWW]]);
  t.assert.deepEqual(await child.eval(() => told), [['ERR_CONFIG_MISMATCH', 's', 'k', LWW, 'merge']]);

  await child.eval(() => {
    localStorage.setItem('deployed', '1');
    setTimeout(() => location.reload());
  });
  await parent.until(() => events.length > 0);
  const again = await parent.frame('child').loaded();
  await again.until(() => state.get('k')?.more === 1);
  await again.eval(() => state.setState({ k: { ...state.get('k'), again: 1 } }));
  await parent.until(() => state.get('k').again === 1);
  await assertAgree([parent, again]);
  t.assert.deepEqual(await again.eval(() => told), []);
  t.assert.equal((await parent.eval(() => told)).length, 1);
});

scenario('three tabs on one channel and a frame of another origin: one tab differs', async (t) => {
  const src = t.url(t.b, application, { allowed: [t.a], options: MERGE });
  const first = await t.open(t.a, application, { allowed: [t.b], channel: 'tabs', options: MERGE, src });
  const child = await first.frame('child').loaded();
  await first.eval(() => connected);
  const old = await t.open(t.a, application, { channel: 'tabs' });
  const third = await t.open(t.a, application, { channel: 'tabs', options: MERGE });
  await first.until(() => parley.getConnectedTargets().length === 3);
  for (const tab of [old, third]) await tab.until(() => parley.getConnectedTargets().length === 2);
  await old.until(() => told.length === 2);
  for (const tab of [first, third]) await tab.until(() => told.length === 1);

  const fit = [first, third, child];
  for (let round = 1; round <= 5; round++) {
    for (const [who, one] of [...fit, old].entries())
      await one.eval(
        ([who, round]) => {
          state.setState({ k: { ...state.get('k'), [`of${who}`]: round } });
          state.setState({ [`j${who}`]: round });
        },
        [who, round],
      );
  }
  const shared = [0, 1, 2, 3].map((who) => [`j${who}`, 5]);
  for (const one of [...fit, old])
    await one.until((shared) => shared.every(([key, value]) => state.get(key) === value), shared);
  for (const one of fit) await one.until(() => [0, 1, 2].every((who) => state.get('k')[`of${who}`] === 5));
  await assertAgree(fit);
  t.assert.deepEqual(await old.eval(() => state.get('k')), { of3: 5 });
  t.assert.deepEqual(await old.eval(() => told.map(([, , key]) => key)), ['k', 'k']);
  for (const one of [first, third]) t.assert.deepEqual(await one.eval(() => told.map(([, , key]) => key)), ['k']);
  t.assert.deepEqual(await child.eval(() => told), [], 'it is connected with windows that fit alone');
});
