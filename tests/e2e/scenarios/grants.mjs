// What a peer was not granted never gets through: messages, states, and what others wrote.
import { peer } from '../lib/casts.mjs';
import { restricted } from '../lib/restricted.mjs';
import { scenario } from '../lib/scenario.mjs';

for (const by of ['origin', 'peer']) {
  scenario(`messages that are not granted reach no handler, by ${by}`, async (t) => {
    const { parent, child } = await restricted(t, { messages: ['echo', 'chat:*'] }, by);
    await parent.eval(() => {
      window.asked = [];
      for (const type of ['chat', 'chat:', 'chat:a', 'chat:a:b', 'chats', 'Echo'])
        parley.on(type, () => void asked.push(type));
    });
    const codes = await child.eval(async () => {
      const codes = {};
      for (const type of [
        'echo',
        'note',
        'chat',
        'chat:',
        'chat:a',
        'chat:a:b',
        'chats',
        'Echo',
        'constructor',
        'none',
      ])
        codes[type] = (await settle(parley.send(type, 1))).code ?? 'answered';
      for (const type of ['note', 'chat', 'chat:a']) await parley.broadcast(type, 2);
      await parley.send('note', 3, { expectsResponse: false });
      await parley.send('echo', 'barrier');
      return codes;
    });
    const no = 'ERR_DENIED';
    t.assert.deepEqual(codes, {
      echo: 'answered',
      note: no,
      chat: no,
      'chat:': no,
      'chat:a': 'answered',
      'chat:a:b': 'answered',
      chats: no,
      Echo: no,
      constructor: no,
      none: no,
    });
    t.assert.deepEqual(await parent.eval(() => [asked, heard]), [['chat:a', 'chat:a:b', 'chat:a'], []]);
    const count = await parent.until(() => events.findLast(({ code, count }) => code === 'ERR_DENIED' && count >= 10));
    t.assert.deepEqual([count.count, count.origin], [10, t.b]);
    // The other way nothing is restricted.
    t.assert.equal((await parent.eval(() => parley.send('echo', 4, { targetId: 'child' }))).echoed, 4);
  });

  scenario(`states that are not granted are not shared, by ${by}`, async (t) => {
    const grants = { read: ['open.*'], write: ['open.*'] };
    const { parent, child } = await restricted(t, grants, by);
    for (const view of [parent, child])
      await view.eval(() => {
        window.open = new SyncedState(parley, {}, { name: 'open' });
        window.shut = new SyncedState(parley, {}, { name: 'shut' });
      });
    await parent.eval(() => Promise.all([window.open.setState({ a: 1 }), window.shut.setState({ secret: 1 })]));
    await child.until(() => window.open.get('a') === 1);
    await child.eval(async () => {
      await window.shut.setState({ forged: 1 });
      await parley.broadcast('shut:update', { updates: { forged: 2 } });
      await state.setState({ forged: 3 });
      await window.open.setState({ b: 2 });
    });
    await parent.until(() => window.open.get('b') === 2);
    t.assert.equal(
      (await child.eval(() => settle(parley.send('shut:update', { updates: { forged: 4 } })))).code,
      'ERR_DENIED',
    );
    // One that is made later is no more shared than one that was there.
    await parent.eval(() => new SyncedState(parley, { secret: 2 }, { name: 'later' }));
    await child.eval(() => void (window.later = new SyncedState(parley, {}, { name: 'later' })));
    await child.eval(() => parley.send('echo', 'barrier'));
    t.assert.equal(await parent.eval(() => canon([window.shut.getState(), state.getState()])), '[{"secret":1},{}]');
    t.assert.equal(
      await child.eval(() => canon([window.shut.getState(), state.getState(), later.getState()])),
      '[{"forged":1},{"forged":3},{}]',
    );
  });
}

scenario('what another tab wrote is not relayed to whom it was not granted', async (t) => {
  const tab = await t.open(t.a, peer, { channel: 'home', initial: { secret: 's3cret' } });
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, {
    allowed: [t.a, t.b],
    channel: 'home',
    options: { grants: { [t.b]: { read: [], write: [] } } },
    frames: [{ id: 'child', src }],
  });
  t.assert.ok((await parent.eval(() => connections.child)).value);
  const child = await parent.frame('child').loaded();
  await parent.until(() => state.get('secret') === 's3cret');
  await child.eval(() => state.setState({ forged: 1 }));
  await tab.eval(() => state.setState({ more: 1 }));
  await parent.until(() => state.get('more') === 1);
  await child.eval(() => parley.send('echo', 'barrier'));
  await parent.eval(() => parley.send('echo', 'barrier', { targetId: 'child' }));
  t.assert.equal(await child.eval(() => canon(state.getState())), '{"forged":1}');
  for (const view of [tab, parent]) t.assert.equal(await view.eval(() => state.get('forged') ?? 'none'), 'none');
});

scenario('what connect() grants takes the place of what the origin is granted', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, {
    allowed: [t.a, t.b],
    options: { grants: { [t.b]: { messages: [] } } },
    frames: [{ id: 'plain', src }],
  });
  await parent.eval(
    (src) => parley.connect(addFrame('trusted', src), 'trusted', { grants: { messages: ['echo'] } }),
    src,
  );
  t.assert.ok((await parent.eval(() => connections.plain)).value);
  const codes = [];
  for (const id of ['plain', 'trusted'])
    codes.push((await (await parent.frame(id).loaded()).eval(() => settle(parley.send('echo', 1)))).code ?? 'answered');
  t.assert.deepEqual(codes, ['ERR_DENIED', 'answered']);
});
