// Whoever comes last makes the connection: every order, every delay, on one origin and across two.
import { peer } from '../lib/casts.mjs';
import { assertJoined } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const places = [
  ['across origins', 'b'],
  ['on one origin', 'a'],
];

for (const [where, site] of places) {
  const childUrl = (t, setup = peer, options) => t.url(t[site], setup, { allowed: [t.a] }, options);
  const parentArgs = (t, args) => ({ allowed: [t[site]], ...args });

  scenario(`the parent connects the moment it adds the frame, ${where}`, async (t) => {
    const parent = await t.open(t.a, peer, parentArgs(t, { frames: [{ id: 'child', src: childUrl(t) }] }));
    await assertJoined(parent, await parent.frame('child').loaded());
  });

  scenario(`the frame gets its source after connect, ${where}`, async (t) => {
    const parent = await t.open(t.a, peer, parentArgs(t, { frames: [{ id: 'child' }] }));
    await parent.eval(async (src) => {
      await pause(300);
      document.getElementById('child').src = src;
    }, childUrl(t));
    await assertJoined(parent, await parent.frame('child').loaded());
  });

  scenario(`the frame's page takes long to arrive, ${where}`, async (t) => {
    const parent = await t.open(
      t.a,
      peer,
      parentArgs(t, { frames: [{ id: 'child', src: childUrl(t, peer, { slow: 800 }) }] }),
    );
    await assertJoined(parent, await parent.frame('child').loaded());
  });

  scenario(`the child creates its Parley long after its load, ${where}`, async (t) => {
    const late = `async (args) => { await pause(800); (${peer})(args); }`;
    const parent = await t.open(t.a, peer, parentArgs(t, { frames: [{ id: 'child', src: childUrl(t, late) }] }));
    await assertJoined(parent, await parent.frame('child').loaded());
  });

  scenario(`the child was there before the parent had a Parley, ${where}`, async (t) => {
    const parent = await t.open(t.a, ({ src }) => void addFrame('child', src), { src: childUrl(t) });
    const child = await parent.frame('child').loaded();
    await parent.eval(
      (allowed) => {
        window.parley = Parley.create({ allowedOrigins: allowed });
        parley.on('echo', (payload, respond, { origin }) => ({ echoed: payload, by: location.origin, asker: origin }));
        window.state = new SyncedState(parley, {});
        window.connections = { child: settle(parley.connect(document.getElementById('child'), 'child')) };
      },
      [t[site]],
    );
    await assertJoined(parent, child);
  });

  scenario(`both are there, and connect comes late, ${where}`, async (t) => {
    const parent = await t.open(t.a, peer, parentArgs(t));
    await parent.eval((src) => void addFrame('child', src), childUrl(t));
    const child = await parent.frame('child').loaded();
    await parent.eval(async () => {
      await pause(400);
      connections.child = settle(parley.connect(document.getElementById('child'), 'child'));
    });
    await assertJoined(parent, child);
  });

  scenario(`the parent waits for the frame's load event, ${where}`, async (t) => {
    const parent = await t.open(t.a, peer, parentArgs(t));
    await parent.eval(async (src) => {
      const frame = addFrame('child', src);
      await new Promise((resolve) => frame.addEventListener('load', resolve));
      connections.child = settle(parley.connect(frame, 'child'));
    }, childUrl(t));
    await assertJoined(parent, await parent.frame('child').loaded());
  });

  scenario(`connect takes the frame's window as well as its element, ${where}`, async (t) => {
    const parent = await t.open(t.a, peer, parentArgs(t));
    await parent.eval((src) => {
      connections.child = settle(parley.connect(addFrame('child', src).contentWindow, 'child'));
    }, childUrl(t));
    await assertJoined(parent, await parent.frame('child').loaded());
  });

  scenario(`the child may call connect too, ${where}`, async (t) => {
    const both = `(args) => { (${peer})(args); connections.parent = settle(parley.connect(window.parent, 'parent')); }`;
    const parent = await t.open(t.a, peer, parentArgs(t, { frames: [{ id: 'child', src: childUrl(t, both) }] }));
    const child = await parent.frame('child').loaded();
    await assertJoined(parent, child);
    t.assert.equal((await child.eval(() => connections.parent)).value?.id, 'parent');
    for (const view of [parent, child]) {
      t.assert.equal(
        await view.eval(() => events.filter(({ event }) => event === 'system:connected').length),
        1,
        'one connection, not two',
      );
    }
  });

  scenario(
    `twenty frames connect at once, ${where}`,
    async (t) => {
      const frames = Array.from({ length: 20 }, (_, index) => ({ id: `child${index}`, src: childUrl(t) }));
      const parent = await t.open(t.a, peer, parentArgs(t, { frames, options: { timeout: 30_000 } }));
      const outcomes = await parent.eval(async () =>
        Object.entries(
          await Promise.all(Object.entries(connections).map(async ([id, one]) => [id, (await one).value?.id])),
        ).map(([, pair]) => pair),
      );
      for (const [id, connected] of outcomes) t.assert.equal(connected, id);
      const echoed = await parent.eval(
        (ids) => Promise.all(ids.map(async (id) => (await parley.send('echo', id, { targetId: id })).echoed)),
        frames.map(({ id }) => id),
      );
      t.assert.deepEqual(
        echoed,
        frames.map(({ id }) => id),
      );
    },
    { alone: true },
  );
}

scenario('a page without a Parley: connect gives up at its timeout', async (t) => {
  const src = t.url(t.b, () => {}, {}, { page: 'plain.html' });
  const parent = await t.open(t.a, peer, { allowed: [t.b] });
  const outcome = await parent.eval(
    (src) => settle(parley.connect(addFrame('child', src), 'child', { timeout: 600 })),
    src,
  );
  t.assert.equal(outcome.code, 'ERR_TIMEOUT');
  t.assert.equal(outcome.name, 'TimeoutError');
  t.assert.ok(outcome.isParleyError);
  t.assert.equal(await parent.eval(() => parley.isConnected('child')), false);
});

scenario('a signal ends connect', async (t) => {
  const parent = await t.open(t.a, peer, { allowed: [t.b] });
  const outcome = await parent.eval(async () => {
    const abort = new AbortController();
    const outcome = settle(parley.connect(addFrame('child'), 'child', { signal: abort.signal }));
    await turn();
    abort.abort();
    return outcome;
  });
  t.assert.equal(outcome.code, 'ERR_ABORTED');
});

scenario('what is no window is refused by name', async (t) => {
  const page = await t.open(t.a, peer, {});
  const codes = await page.eval(async () => {
    const targets = [null, undefined, 0, 'child', {}, [], () => {}, document.body, document.createElement('iframe')];
    return Promise.all(
      targets.map(async (target) => (await settle((async () => parley.connect(target, 'x', { timeout: 200 }))())).code),
    );
  });
  t.assert.deepEqual(codes.slice(0, 8), Array(8).fill('ERR_ARGUMENT'));
  // A frame that is in no document has no window yet: refused at once or after the timeout, but never a hang.
  t.assert.ok(['ERR_ARGUMENT', 'ERR_TIMEOUT'].includes(codes[8]), codes[8]);
});
