// Every way to go away ends what was pending at once: ERR_PEER_LOST, not the timeout.
import { peer } from '../lib/casts.mjs';
import { assertLost } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const ask = (id) => {
  window.call = settle(parley.send('never', null, { targetId: id ?? parley.peers[0].id, timeout: 9000 }));
};
const ended = (id) =>
  events.some(
    (one) => (one.event === 'system:disconnected' || one.event === 'system:connection_lost') && (!id || one.id === id),
  );

/** The caller is in the middle of a call to the callee; `leave` takes the callee away. */
async function loses(t, { caller, callee, id, leave }) {
  await caller.until(() => parley.getConnectedTargets().length > 0);
  await caller.eval(ask, id);
  await callee.until(() => heard.includes('asked'));
  await leave();
  assertLost(await caller.eval(() => call));
  await caller.until(ended, id);
  t.assert.ok(
    await caller.eval((id) => !parley.getConnectedTargets().includes(id) && (!id || !parley.isConnected(id)), id),
  );
  await caller.until(() => parley.peers.filter(({ state }) => state === 'connected').length === 0);
}

async function twoTabs(t) {
  const caller = await t.open(t.a, peer, { channel: 'home' });
  const callee = await t.open(t.a, peer, { channel: 'home' });
  return { caller, callee };
}

scenario('a tab is closed', async (t) => {
  const { caller, callee } = await twoTabs(t);
  await loses(t, { caller, callee, leave: () => callee.tab.close() });
});

scenario('a tab is reloaded', async (t) => {
  const { caller, callee } = await twoTabs(t);
  await caller.until(() => parley.getConnectedTargets().length > 0);
  await caller.eval(ask);
  await callee.until(() => heard.includes('asked'));
  await callee.tab.reload();
  assertLost(await caller.eval(() => call));
  await callee.loaded();
  await caller.until(() => parley.peers.filter(({ state }) => state === 'connected').length === 1);
});

scenario('a tab navigates away', async (t) => {
  const { caller, callee } = await twoTabs(t);
  await loses(t, { caller, callee, leave: () => callee.tab.goto(t.url(t.b, () => {}, {}, { page: 'plain.html' })) });
});

scenario(
  "a tab's process crashes",
  async (t) => {
    const { caller, callee } = await twoTabs(t);
    await loses(t, { caller, callee, leave: () => callee.tab.crash() });
  },
  { needs: ['crash'] },
);

scenario('a Parley is destroyed', async (t) => {
  const { caller, callee } = await twoTabs(t);
  await loses(t, { caller, callee, leave: () => callee.eval(() => parley.destroy()) });
  t.assert.equal(
    await caller.eval(() => events.find(({ event }) => event === 'system:disconnected').reason),
    'goodbye',
  );
});

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  const family = async (t) => {
    const src = t.url(t[site], peer, { allowed: [t.a] });
    const parent = await t.open(t.a, peer, { allowed: [t[site]], frames: [{ id: 'child', src }] });
    const child = await parent.frame('child').loaded();
    return { parent, child };
  };

  scenario(`a frame is removed, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await loses(t, {
      caller: parent,
      callee: child,
      id: 'child',
      leave: () => parent.eval(() => document.getElementById('child').remove()),
    });
  });

  scenario(`a frame navigates to a page without a Parley, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    const url = t.url(t[site], () => {}, {}, { page: 'plain.html' });
    await loses(t, {
      caller: parent,
      callee: child,
      id: 'child',
      leave: () => child.eval((url) => void setTimeout(() => location.assign(url)), url),
    });
  });

  scenario(`a frame's source is set to about:blank, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await loses(t, {
      caller: parent,
      callee: child,
      id: 'child',
      leave: () => parent.eval(() => void (document.getElementById('child').src = 'about:blank')),
    });
  });

  scenario(`the child destroys its Parley, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await loses(t, { caller: parent, callee: child, id: 'child', leave: () => child.eval(() => parley.destroy()) });
  });

  scenario(`the parent destroys its Parley in mid-call of the child, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await loses(t, { caller: child, callee: parent, leave: () => parent.eval(() => parley.destroy()) });
  });

  scenario(`disconnect() ends the calls of both sides, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await parent.eval(() => connections.child);
    await parent.eval(ask, 'child');
    await child.until(() => parley.getConnectedTargets().length > 0);
    await child.eval(ask);
    await Promise.all([parent, child].map((one) => one.until(() => heard.includes('asked'))));
    await parent.eval(() => parley.disconnect('child'));
    assertLost(await parent.eval(() => call));
    assertLost(await child.eval(() => call));
    t.assert.equal(
      (await parent.until(() => events.find(({ event }) => event === 'system:disconnected'))).reason,
      'local',
    );
    t.assert.equal(
      (await child.until(() => events.find(({ event }) => event === 'system:disconnected'))).reason,
      'goodbye',
    );
    // It stays so: nobody brings the connection back unasked, and asking again works.
    await parent.eval(() => pause(300));
    t.assert.equal(await parent.eval(() => parley.isConnected('child')), false);
    t.assert.equal(
      (await parent.eval(() => settle(parley.connect(document.getElementById('child'), 'child')))).value?.id,
      'child',
    );
    t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
  });

  scenario(`the callee is told when the caller goes, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await child.until(() => parley.getConnectedTargets().length > 0);
    await child.eval(ask);
    await parent.until(() => heard.includes('asked'));
    await parent.eval(() => document.getElementById('child').remove());
    await parent.until(() => heard.includes('aborted'));
  });
}
