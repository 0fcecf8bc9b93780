// Documents that browsers treat in a way of their own: written anew by document.open(), without credentials, behind a proxied window.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

async function pair(t, attributes) {
  const parent = await t.open(t.a, peer, { allowed: [t.b] });
  const src = t.url(t.b, peer, { allowed: [t.a] });
  await parent.eval(
    (src, attributes) => void (connections.child = settle(parley.connect(addFrame('child', src, attributes), 'child'))),
    src,
    attributes,
  );
  const child = await parent.frame('child').loaded();
  t.assert.equal((await parent.eval(() => connections.child)).value?.id, 'child');
  return { parent, child };
}

const rewrite = () => {
  document.open();
  document.write('<!doctype html><p id="new">written anew</p>');
  document.close();
};

scenario('a frame that writes its document anew stays connected, and connects again', async (t) => {
  const { parent, child } = await pair(t);
  await child.eval(rewrite);
  t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
  await parent.eval(() => state.setState({ n: 1 }));
  await child.until(() => state.get('n') === 1);
  // A handshake anew takes the listeners of its window, which document.open() takes away.
  await parent.eval(() => parley.disconnect('child'));
  const again = await parent.eval(() =>
    settle(parley.connect(document.getElementById('child'), 'child', { timeout: 4000 })),
  );
  t.assert.equal(again.value?.id, 'child', JSON.stringify(again));
  await child.eval(() => state.setState({ n: 2 }));
  await parent.until(() => state.get('n') === 2);
});

scenario('a page that writes its document anew goes on with new frames', async (t) => {
  const { parent } = await pair(t);
  await parent.eval(rewrite);
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const outcome = await parent.eval((src) => {
    const frame = document.createElement('iframe');
    frame.id = 'other';
    frame.src = src;
    document.body.append(frame);
    return settle(parley.connect(frame, 'other', { timeout: 4000 }));
  }, src);
  t.assert.equal(outcome.value?.id, 'other', JSON.stringify(outcome));
});

scenario('a credentialless frame is connected like any other; its storage and channels are its own', async (t) => {
  const parent = await t.open(t.a, peer, { allowed: [t.b] });
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const outcome = await parent.eval((src) => {
    const frame = document.createElement('iframe');
    Object.assign(frame, { id: 'child', credentialless: true, src });
    document.body.append(frame);
    return settle(parley.connect(frame, 'child'));
  }, src);
  t.assert.equal(outcome.value?.id, 'child', JSON.stringify(outcome));
  const child = await parent.frame('child').loaded();
  // Firefox has no such frames: there it is an ordinary one.
  if (t.browser === 'chromium') t.assert.equal(await child.eval(() => window.credentialless), true);
  t.assert.equal((await child.eval(() => parley.send('echo', 2))).echoed, 2);
  await child.eval(() => state.setState({ n: 3 }));
  await parent.until(() => state.get('n') === 3);
});

scenario('a proxied window is refused by a code', async (t) => {
  const { parent } = await pair(t);
  const outcomes = await parent.eval(async () => {
    const frame = document.getElementById('child');
    const proxied = new Proxy(frame.contentWindow, {});
    const own = new Proxy(window, {});
    return [
      await settle(parley.connect(proxied, 'proxied', { timeout: 600 })),
      await settle(parley.connect(own, 'own', { timeout: 600 })),
    ];
  });
  for (const { code } of outcomes) t.assert.match(String(code), /^ERR_ARGUMENT$/, JSON.stringify(outcomes));
  t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
});

scenario('the package runs behind a proxied global, as micro-frontends have it', async (t) => {
  const page = await t.open(t.a, () => {});
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const outcome = await page.eval(
    async (code, allowed, src) => {
      // What single-spa sandboxes do: a global of the application's own, which hands on to the real one.
      const own = Object.create(null);
      const bound = new Map();
      const proxy = new Proxy(window, {
        get(real, name) {
          if (['window', 'self', 'globalThis'].includes(name)) return proxy;
          if (name in own) return own[name];
          const value = real[name];
          if (typeof value !== 'function' || value.prototype !== undefined) return value;
          if (!bound.has(name)) bound.set(name, value.bind(real));
          return bound.get(name);
        },
        set: (_, name, value) => ((own[name] = value), true),
        has: () => true,
      });
      const text = await (await fetch(code)).text();
      new Function('window', 'self', 'globalThis', text).call(proxy, proxy, proxy, proxy);
      const { Parley, SyncedState } = own.ParleySync;
      window.parley = Parley.create({ allowedOrigins: allowed });
      window.state = new SyncedState(parley, { n: 1 });
      return settle(parley.connect(addFrame('child', src), 'child'));
    },
    `${t.a}/pkg/wasm/parley-sync.iife.js`,
    [t.b],
    src,
  );
  t.assert.equal(outcome.value?.id, 'child', JSON.stringify(outcome));
  const child = await page.frame('child').loaded();
  t.assert.equal((await page.eval(() => parley.send('echo', 1, { targetId: 'child' }))).echoed, 1);
  await child.until(() => state.get('n') === 1);
  await child.eval(() => state.setState({ n: 2 }));
  await page.until(() => state.get('n') === 2);
});
