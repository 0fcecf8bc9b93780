// Who comes late has everything before its state says that it is ready.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const fill = async () => {
  for (let i = 0; i < 300; i++) state.setState({ [`k${i}`]: i % 3 ? i : { when: new Date(i), tags: new Set([i]) } });
  await state.delete('k7', 'k8', 'user');
  await state.setState({ k9: undefined });
};

scenario('a tab opened after the writes', async (t) => {
  const early = await t.open(t.a, peer, { channel: 'home', initial: { user: 'bob', theme: 'light' } });
  await early.eval(fill);
  const late = await t.open(t.a, peer, { channel: 'home', initial: { user: 'bob', theme: 'light' } });
  const complete = await early.eval(() => canon(state.getState()));
  t.assert.equal(await late.eval(() => atReady), complete);
  t.assert.equal(
    await late.eval(() => 'user' in state.getState() || 'k9' in state.getState()),
    false,
    'what was deleted does not come back',
  );
  t.assert.equal(await assertAgree([early, late]), complete);
});

scenario('a cross-origin frame added after the writes', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a], initial: { user: 'bob' } });
  const parent = await t.open(t.a, peer, { allowed: [t.b], initial: { user: 'bob' } });
  await parent.eval(fill);
  await parent.eval((src) => void (connections.child = settle(parley.connect(addFrame('child', src), 'child'))), src);
  const child = await parent.frame('child').loaded();
  t.assert.equal(await child.eval(() => atReady), await parent.eval(() => canon(state.getState())));
  await assertAgree([parent, child]);
});

scenario('a tab opened in the middle of a stream of writes', async (t) => {
  const early = await t.open(t.a, peer, { channel: 'home' });
  await early.eval(() => {
    window.stop = false;
    (async () => {
      for (let n = 1; !window.stop; n++) {
        state.setState({ n, [`k${n % 50}`]: n });
        await turn();
      }
      await state.setState({ last: true });
    })();
  });
  const late = await t.open(t.a, peer, { channel: 'home' });
  t.assert.match(await late.eval(() => atReady), /"n":\d+/, 'what was there arrived before ready');
  await early.eval(() => void (window.stop = true));
  await late.until(() => state.get('last'));
  await assertAgree([early, late]);
});

scenario('alone, a state is ready soon', async (t) => {
  const page = await t.open(t.a, peer, { channel: 'home', initial: { theme: 'light' } });
  const outcome = await page.eval(() => settle(Promise.all([parley.ready, state.ready])));
  t.assert.ok('value' in outcome, JSON.stringify(outcome));
  t.assert.equal(await page.eval(() => atReady), '{"theme":"light"}');
});

scenario('what was written before there was anybody arrives', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.b] });
  await parent.eval(async (src) => {
    const frame = addFrame('child', src);
    const joined = parley.connect(frame, 'child');
    await state.setState({ before: 'the connection' });
    connections.child = settle(joined);
  }, src);
  await (await parent.frame('child').loaded()).until(() => state.get('before') === 'the connection');
});

scenario('a tab that leaves and a tab that comes: nothing is lost while one is there', async (t) => {
  let tab = await t.open(t.a, peer, { channel: 'home' });
  for (let round = 1; round <= 4; round++) {
    await tab.eval((round) => state.setState({ [`round${round}`]: round }), round);
    const next = await t.open(t.a, peer, { channel: 'home' });
    const expected = await tab.eval(() => canon(state.getState()));
    t.assert.equal(await next.eval(() => atReady), expected);
    await tab.tab.close();
    tab = next;
  }
});

scenario('a frame that calls for its parent is not ready before that is connected, however late it is', async (t) => {
  const calling = (args) => {
    window.parley = Parley.create({ allowedOrigins: [args.above] });
    window.state = new SyncedState(parley, { theme: 'light' });
    window.order = [];
    parley.connect(parent, 'host').then(() => order.push('connected'));
    window.atReady = state.ready.then(() => order.push('ready') && state.get('theme'));
  };
  const src = t.url(t.b, calling, { above: t.a });
  const parent = await t.open(t.a, (args) => void addFrame('child', args.src), { src });
  const child = await parent.frame('child').loaded();
  // A slow application: longer than a parent is awaited of which nothing is known.
  await parent.eval(async (site) => {
    await pause(1500);
    window.parley = Parley.create({ allowedOrigins: [site] });
    window.state = new SyncedState(parley, { theme: 'dark' });
    await state.setState({ theme: 'chosen' });
    await parley.connect(document.querySelector('iframe'), 'child');
  }, t.b);
  t.assert.equal(await child.eval(() => atReady), 'chosen');
  t.assert.deepEqual(await child.eval(() => order), ['connected', 'ready']);
});
