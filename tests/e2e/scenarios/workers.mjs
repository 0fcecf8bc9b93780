// Workers and ports are peers like windows.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

scenario('a dedicated worker: request and response, and state, both ways', async (t) => {
  const page = await t.open(t.a, peer, {});
  const info = await page.eval(() => {
    window.worker = new Worker('/e2e/worker.js', { type: 'module' });
    return settle(parley.connect(worker, 'worker'));
  });
  t.assert.equal(info.value?.id, 'worker', JSON.stringify(info));
  t.assert.equal(info.value.kind, 'worker');
  t.assert.deepEqual(await page.eval(() => parley.send('double', 21, { targetId: 'worker' })), 42);
  t.assert.deepEqual(await page.eval(() => parley.send('ask-back', 'x', { targetId: 'worker' })), {
    echoed: 'x',
    by: t.a,
  });
  await page.eval(() => state.setState({ n: 20 }));
  await page.until(() => state.get('doubled') === 40);
});

scenario('a worker that is made before the page connects, and one that is slow', async (t) => {
  const page = await t.open(t.a, peer, {});
  await page.eval(async () => {
    window.early = new Worker('/e2e/worker.js', { type: 'module' });
    await pause(600);
    connections.early = settle(parley.connect(early, 'early'));
    window.slow = new Worker('/e2e/worker.js?slow=600', { type: 'module' });
    connections.slow = settle(parley.connect(slow, 'slow'));
  });
  for (const id of ['early', 'slow']) {
    t.assert.equal((await page.eval((id) => connections[id], id)).value?.id, id);
    t.assert.equal(await page.eval((id) => parley.send('double', 4, { targetId: id }), id), 8);
  }
});

scenario('a worker in a channel is a peer of every tab', async (t) => {
  const one = await t.open(t.a, peer, { channel: 'home' });
  const two = await t.open(t.a, peer, { channel: 'home' });
  await one.eval(() => void (window.worker = new Worker('/e2e/worker.js?channel=home', { type: 'module' })));
  for (const tab of [one, two]) {
    await tab.until(() => parley.peers.length === 2);
    const kinds = await tab.eval(() => parley.peers.map(({ kind }) => kind).sort());
    t.assert.deepEqual(kinds, ['tab', 'worker']);
  }
  await two.eval(() => state.setState({ n: 3 }));
  await one.until(() => state.get('doubled') === 6);
});

scenario('a shared worker serves two tabs over their ports', async (t) => {
  const join = `(args) => {
    (${peer})(args);
    window.shared = new SharedWorker('/e2e/shared-worker.js', { type: 'module', name: 'hub' });
    connections.hub = settle(parley.connect(shared.port, 'hub'));
  }`;
  const tabs = [await t.open(t.a, join, {}), await t.open(t.a, join, {})];
  for (const tab of tabs) {
    const outcome = await tab.eval(() => connections.hub);
    t.assert.equal(outcome.value?.id, 'hub', JSON.stringify(outcome));
    t.assert.equal(outcome.value.kind, 'port');
    t.assert.equal(await tab.eval(() => parley.send('double', 5, { targetId: 'hub' })), 10);
  }
  await tabs[0].eval(() => state.setState({ first: 1 }));
  await tabs[1].until(() => state.get('first') === 1);
  await tabs[1].eval(() => state.setState({ second: 2 }));
  await tabs[0].until(() => state.get('second') === 2);
  await assertAgree(tabs);
  for (const tab of tabs) t.assert.deepEqual(await tab.eval(() => changes), ['first', 'second']);
});

scenario('two Parleys joined by a MessageChannel, connected in either order', async (t) => {
  const page = await t.open(t.a, peer, {});
  const result = await page.eval(async () => {
    const { port1, port2 } = new MessageChannel();
    const [left, right] = [Parley.create(), Parley.create()];
    const [one, two] = [new SyncedState(left, {}), new SyncedState(right, {})];
    right.on('double', (n) => n * 2);
    left.on('triple', (n) => n * 3);
    const joining = left.connect(port1, 'right');
    await pause(100);
    const infos = await Promise.all([joining, right.connect(port2, 'left')]);
    const answers = [await left.send('double', 4), await right.send('triple', 4)];
    await one.setState({ x: new Date(7) });
    while (!two.get('x')) await turn();
    await two.setState({ y: 1 });
    while (!one.get('y')) await turn();
    return { kinds: infos.map(({ kind }) => kind), answers, equal: canon(one.getState()) === canon(two.getState()) };
  });
  t.assert.deepEqual(result, { kinds: ['port', 'port'], answers: [8, 12], equal: true });
});

scenario('a port handed to a cross-origin frame by other means', async (t) => {
  const src = t.url(
    t.b,
    `(args) => {
    (${peer})(args);
    addEventListener('message', ({ data, ports }) => {
      if (data === 'here is a port') connections.port = settle(parley.connect(ports[0], 'giver'));
    });
  }`,
    { allowed: [t.b] },
  );
  const page = await t.open(t.a, peer, {});
  await page.eval((src) => void addFrame('child', src), src);
  const child = await page.frame('child').loaded();
  const outcome = await page.eval((origin) => {
    const { port1, port2 } = new MessageChannel();
    document.getElementById('child').contentWindow.postMessage('here is a port', origin, [port2]);
    return settle(parley.connect(port1, 'taker'));
  }, t.b);
  t.assert.equal(outcome.value?.id, 'taker', JSON.stringify(outcome));
  t.assert.equal((await page.eval(() => parley.send('echo', 1, { targetId: 'taker' }))).echoed, 1);
  await child.eval(() => state.setState({ over: 'the port' }));
  await page.until(() => state.get('over') === 'the port');
});

scenario('a custom Link that loses its wire', async (t) => {
  const page = await t.open(t.a, peer, {});
  const result = await page.eval(async () => {
    const [near, far] = linkPair();
    const [left, right] = [Parley.create(), Parley.create()];
    right.on('never', () => new Promise(() => {}));
    right.on('double', (n) => n * 2);
    await Promise.all([left.connect(near, 'right'), right.connect(far, 'left')]);
    const doubled = await left.send('double', 4);
    const lost = new Promise((resolve) =>
      left.onSystem('system:disconnected', ({ id, kind }) => resolve({ id, kind })),
    );
    const call = settle(left.send('never', null, { timeout: 9000 }));
    await turn();
    near.onclose('wire cut');
    return { doubled, code: (await call).code, lost: await lost };
  });
  t.assert.deepEqual(result, { doubled: 8, code: 'ERR_PEER_LOST', lost: { id: 'right', kind: 'link' } });
});

const script = (code) => `data:text/javascript,${encodeURIComponent(code)}`;

for (const type of ['classic', 'module'])
  scenario(`a ${type} worker that cannot start ends connect() with a code, and not by its timeout`, async (t) => {
    const page = await t.open(t.a, peer, { options: { timeout: 1e6 } });
    const sources = {
      missing: '/404.js',
      syntax: script('const ='),
      throws: script('throw new RangeError("no luck")'),
    };
    if (type === 'module') sources.imports = script('import "/404.js"');
    for (const [what, url] of Object.entries(sources)) {
      const outcome = await page.eval(
        (url, type) => settle(parley.connect(new Worker(url, { type }), 'broken')),
        url,
        type,
      );
      t.assert.equal(outcome.code, 'ERR_CONNECTION', `${what}: ${JSON.stringify(outcome)}`);
      t.assert.deepEqual([outcome.name, outcome.details], ['ConnectionError', { targetId: 'broken', reason: 'error' }]);
      if (what === 'throws') t.assert.match(outcome.message, /no luck/);
    }
    t.assert.deepEqual(await page.eval(() => parley.peers), []);
    // Nothing tells of one that is empty: only the timeout ends that.
    const empty = await page.eval(
      (url) => settle(parley.connect(new Worker(url), 'empty', { timeout: 300 })),
      script(''),
    );
    t.assert.equal(empty.code, 'ERR_TIMEOUT');
    t.expectConsole(/^$|404|no luck|SyntaxError|Unexpected|Failed|expected|script|error/i);
  });

scenario('a worker that throws after it created its Parley is connected all the same', async (t) => {
  const page = await t.open(t.a, peer, {});
  const outcome = await page.eval(() => {
    const code = `import { Parley } from '${location.origin}/pkg/index.js'; Parley.create().on('up', () => 'yes'); throw new Error('later');`;
    return settle(parley.connect(new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' }), 'worker')); // prettier-ignore
  });
  t.assert.equal(outcome.value?.id, 'worker', JSON.stringify(outcome));
  t.assert.equal(await page.eval(() => parley.send('up')), 'yes');
  t.expectConsole(/later/);
});

for (const [how, end] of [
  ['terminate()', () => worker.terminate()],
  ['self.close()', () => void parley.send('close', null, { expectsResponse: false })],
])
  scenario(`a worker that ends by ${how} during a call is lost at once`, async (t) => {
    const page = await t.open(t.a, peer, {});
    await page.eval(() => {
      window.worker = new Worker('/e2e/worker.js', { type: 'module' });
      return parley.connect(worker, 'worker');
    });
    // The lock is asked for when the Parley is created, and told of when it is held.
    await page.until(async () =>
      (await navigator.locks.query()).held.some(({ name }) => name.startsWith('parley-sync.worker:')),
    );
    await page.until(async () =>
      (await navigator.locks.query()).pending.some(({ name }) => name.startsWith('parley-sync.worker:')),
    );
    await page.eval(
      () => void (window.call = settle(parley.send('never', null, { targetId: 'worker', timeout: 1e6 }))),
    );
    await page.eval(() => parley.send('double', 1, { targetId: 'worker' }));
    await page.eval(end);
    t.assert.equal((await page.eval(() => call)).code, 'ERR_PEER_LOST');
    await page.until(() => events.some(({ event, reason }) => event === 'system:disconnected' && reason === 'closed'));
    t.assert.deepEqual(await page.eval(() => parley.peers), []);
    // Its lock is of no use any more, and gone.
    await page.until(async () => (await navigator.locks.query()).held.length === 0);
  });

scenario('a worker whose lock is granted between the two joins of a connection is watched all the same', async (t) => {
  const page = await t.open(t.a, peer, {});
  await page.eval(() => {
    const code = `
      const request = LockManager.prototype.request;
      LockManager.prototype.request = function (...args) {
        return new Promise((grant) => setTimeout(() => grant(request.apply(this, args)), 300));
      };
      const { Parley } = await import('${location.origin}/pkg/index.js');
      const parley = Parley.create();
      addEventListener('message', ({ ports }) => void parley.connect(ports[0], 'page'));
      postMessage('here');`;
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    window.worker = new Worker(url, { type: 'module' });
    const { port1, port2 } = new MessageChannel();
    // What the worker says arrives at once, what the page says once the lock is held.
    const isHeld = async () =>
      (await navigator.locks.query()).held.some(({ name }) => name.startsWith('parley-sync.worker:'));
    const held = (async () => {
      while (!(await isHeld())) await pause(10);
      await pause(100);
    })();
    const link = {
      onframe: null,
      send: (frame) => void held.then(() => port1.postMessage(frame)),
      close: () => port1.close(),
    };
    port1.onmessage = ({ data }) => link.onframe?.(data);
    worker.onmessage = ({ data }) => {
      if (data !== 'here') return;
      worker.postMessage('connect', [port2]);
      connections.worker = settle(parley.connect(link, 'worker'));
    };
  });
  await page.until(() => connections.worker);
  t.assert.equal((await page.eval(() => connections.worker)).value?.id, 'worker');
  await page.until(async () =>
    (await navigator.locks.query()).pending.some(({ name }) => name.startsWith('parley-sync.worker:')),
  );
});

scenario(
  'a service worker that is stopped is lost at once',
  async (t) => {
    const page = await t.open(t.a, peer, {});
    const outcome = await page.eval(async () => {
      const registration = await navigator.serviceWorker.register('/e2e/service-worker.js', {
        type: 'module',
        scope: '/e2e/',
      });
      const service = registration.active ?? registration.waiting ?? registration.installing;
      while (service.state !== 'activated') await pause(10);
      const { port1, port2 } = new MessageChannel();
      service.postMessage('join', [port2]);
      window.registration = registration;
      return settle(parley.connect(port1, 'service'));
    });
    t.assert.equal(outcome.value?.id, 'service', JSON.stringify(outcome));
    await page.until(async () =>
      (await navigator.locks.query()).pending.some(({ name }) => name.startsWith('parley-sync.worker:')),
    );
    await page.eval(
      () => void (window.call = settle(parley.send('never', null, { targetId: 'service', timeout: 1e6 }))),
    );
    await page.tab.stopServiceWorkers();
    t.assert.equal((await page.eval(() => call)).code, 'ERR_PEER_LOST');
  },
  { needs: ['stopServiceWorkers'] },
);
