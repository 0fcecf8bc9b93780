// Frames of opaque origin: let in by their exact window, one document at a time, and held to what they were granted.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

const SANDBOX = { sandbox: 'allow-scripts' };
const TALK = { messages: ['echo'], read: [], write: [] };

/** Joins a frame in a sandbox, as connect()'s options say. */
const embed = (parent, id, src, options) =>
  parent.eval(
    (id, src, options, attributes) => settle(parley.connect(addFrame(id, src, attributes), id, options)),
    id,
    src,
    { timeout: 2500, ...options },
    SANDBOX,
  );

const home = (t, initial = { secret: 's3cret' }) => t.open(t.a, peer, { allowed: [t.a], initial });

scenario('without the option a frame of opaque origin is refused by name', async (t) => {
  const parent = await home(t);
  const outcome = await embed(parent, 'plugin', t.url(t.b, peer, { allowed: [t.a] }));
  t.assert.equal(outcome.code, 'ERR_ORIGIN', JSON.stringify(outcome));
  t.assert.match(outcome.message, /opaque: true/);
  const refused = await parent.until(() => events.findLast(({ event }) => event === 'system:rejected'));
  t.assert.deepEqual([refused.origin, refused.code], ['null', 'ERR_ORIGIN']);
  t.assert.deepEqual(await parent.eval(() => parley.getConnectedTargets()), []);
});

scenario('the option needs grants, and a window', async (t) => {
  const parent = await home(t);
  const codes = await parent.eval(async () => {
    const frame = addFrame('f');
    const { port1 } = new MessageChannel();
    const grants = { messages: [] };
    const tries = [
      [frame, { opaque: true }],
      [port1, { opaque: true, grants }],
      [frame, { opaque: true, grants: { write: ['state'] } }],
      [frame, { opaque: true, grants: { message: [] } }],
    ];
    return Promise.all(
      tries.map(async ([target, options]) => (await settle(parley.connect(target, 'x', options))).code),
    );
  });
  t.assert.deepEqual(codes, Array(4).fill('ERR_CONFIG'));
});

scenario('a sandboxed frame is joined, and gets no more than its grants', async (t) => {
  const parent = await home(t);
  const outcome = await embed(parent, 'plugin', t.url(t.b, peer, { allowed: [t.a] }), { opaque: true, grants: TALK });
  t.assert.deepEqual(
    [outcome.value?.origin, outcome.value?.kind, outcome.value?.id],
    ['null', 'iframe', 'plugin'],
    JSON.stringify(outcome),
  );
  const child = await parent.frame('plugin').loaded();
  const [above] = await child.until(
    () => parley.peers.length && parley.peers.map(({ kind, origin }) => ({ kind, origin })),
  );
  t.assert.deepEqual(above, { kind: 'parent', origin: t.a });
  t.assert.equal((await parent.eval(() => parley.send('echo', 1, { targetId: 'plugin' }))).echoed, 1);
  t.assert.equal((await child.eval(() => parley.send('echo', 2))).asker, 'null');
  // What it was not granted.
  t.assert.equal((await child.eval(() => settle(parley.send('note', 'x')))).code, 'ERR_DENIED');
  await child.eval(async () => {
    await parley.broadcast('note', 'x');
    await state.setState({ injected: 1 });
    await parley.broadcast('state:update', { updates: { injected: 2 } });
  });
  await parent.eval(() => state.setState({ more: 's3cret' }));
  await child.eval(() => parley.send('echo', 'barrier'));
  await parent.eval(() => parley.send('echo', 'barrier', { targetId: 'plugin' }));
  t.assert.equal(await child.eval(() => canon(state.getState())), '{"injected":1}');
  t.assert.equal(await parent.eval(() => canon(state.getState())), '{"more":"s3cret","secret":"s3cret"}');
  t.assert.deepEqual(await parent.eval(() => heard), []);
  const denied = await parent.until(() => events.findLast(({ code }) => code === 'ERR_DENIED'));
  t.assert.equal(denied.origin, 'null');
});

scenario('a state that is granted is shared', async (t) => {
  const parent = await home(t, { n: 1 });
  const grants = { messages: [], read: ['state.*'], write: ['state.*'] };
  await embed(parent, 'plugin', t.url(t.b, peer, { allowed: [t.a] }), { opaque: true, grants });
  const child = await parent.frame('plugin').loaded();
  await child.until(() => state.get('n') === 1);
  await child.eval(() => state.setState({ n: 2 }));
  await parent.until(() => state.get('n') === 2);
  t.assert.equal((await child.eval(() => settle(parley.send('echo', 1)))).code, 'ERR_DENIED');
});

for (const [how, act] of [
  ['navigates', (url) => void setTimeout(() => location.assign(url))],
  ['reloads', () => void setTimeout(() => location.reload())],
]) {
  scenario(`when the frame ${how}, it is out until connect() is called again`, async (t) => {
    const parent = await home(t);
    const src = t.url(t.b, peer, { allowed: [t.a] });
    const options = { opaque: true, grants: TALK };
    t.assert.ok((await embed(parent, 'plugin', src, options)).value);
    const child = await parent.frame('plugin').loaded();
    await child.eval(() => void (window.loaded = false));
    await child.eval(act, t.url(t.evil, peer, { allowed: [t.a] }));
    await parent.until(() => events.some(({ event }) => event === 'system:disconnected'));
    const reason = await parent.eval(() => events.find(({ event }) => event === 'system:disconnected').reason);
    t.assert.equal(reason, 'navigated');
    await child.loaded();
    t.assert.equal(
      (await child.eval(() => settle(parley.connect(parent, 'up', { timeout: 600 })))).code,
      'ERR_TIMEOUT',
    );
    t.assert.deepEqual(await parent.eval(() => parley.getConnectedTargets()), []);
    t.assert.equal(
      (await parent.eval(() => settle(parley.send('echo', 1, { targetId: 'plugin' })))).code,
      'ERR_TARGET_NOT_FOUND',
    );
    const again = await parent.eval(
      (options) => settle(parley.connect(document.getElementById('plugin'), 'plugin', options)),
      options,
    );
    t.assert.equal(again.value?.origin, 'null', JSON.stringify(again));
  });
}

scenario(
  'a document that took the place of the one that spoke gets a port on which nothing is ever said',
  async (t) => {
    const parent = await home(t);
    const src = t.url(t.evil, () => {}, {}, { page: 'plain.html' });
    const pending = parent.eval(
      (src, grants, attributes) => {
        window.attempt = settle(
          parley.connect(addFrame('plugin', src, attributes), 'plugin', { opaque: true, grants, timeout: 4000 }),
        );
      },
      src,
      TALK,
      SANDBOX,
    );
    await pending;
    const child = await parent.frame('plugin').loaded();
    // What was said before it came, it does not know: it has the port, and no nonce, an old one, or somebody's.
    for (const proof of [[], ['0'.repeat(32)], [''], [null], [{}]]) {
      const frames = await child.eval(async (proof) => {
        byHand.hello(parent, `nonce ${Math.random()}`);
        const { port, ...step } = await byHand.nextStep('invite');
        const frames = byHand.listen(port);
        byHand.join(port, 'uid', 'plugin', ...proof);
        port.postMessage([byHand.MESSAGE, 1, 'echo', 1, 1]);
        port.postMessage([byHand.PING, 1]);
        await pause(150);
        return { frames, keys: Object.keys(step).sort(), nonce: step.nonce.length };
      }, proof);
      t.assert.deepEqual(frames.frames, [], JSON.stringify(proof));
      t.assert.deepEqual(frames.keys, ['mark', 'nonce', 'origin', 'parley', 'source', 'step', 'taken']);
    }
    t.assert.deepEqual(await parent.eval(() => parley.getConnectedTargets()), []);
    // The very nonce of its hello is what lets it in: so it was this that was missing.
    const frames = await child.eval(async () => {
      byHand.hello(parent, 'the nonce');
      const { port } = await byHand.nextStep('invite');
      const frames = byHand.listen(port);
      byHand.join(port, 'uid', 'plugin', 'the nonce');
      await pause(150);
      return frames.length;
    });
    t.assert.ok(frames > 0);
    t.assert.equal((await parent.eval(() => attempt)).value?.origin, 'null');
  },
);

scenario('another sandboxed frame does not connect by the target of the first', async (t) => {
  const parent = await home(t);
  const quiet = t.url(t.b, () => {}, {}, { page: 'plain.html' });
  const src = t.url(
    t.evil,
    () => {
      byHand.hello(parent, 'mine');
      byHand.knock(parent);
    },
    {},
    { page: 'plain.html' },
  );
  await parent.eval(
    (quiet, src, grants, attributes) => {
      addFrame('sibling', src, attributes);
      window.attempt = settle(
        parley.connect(addFrame('plugin', quiet, attributes), 'plugin', { opaque: true, grants, timeout: 1200 }),
      );
    },
    quiet,
    src,
    TALK,
    SANDBOX,
  );
  t.assert.equal((await parent.eval(() => attempt)).code, 'ERR_TIMEOUT');
  const sibling = await parent.frame('sibling').loaded();
  t.assert.deepEqual(
    await sibling.eval(() => byHand.steps.map(({ step }) => step).filter((step) => step !== 'knock')),
    [],
  );
});

for (const [how, attribute] of [
  ['srcdoc in a sandbox', 'srcdoc'],
  ['a data: document', 'data'],
]) {
  scenario(`the single file lets ${how} take part`, async (t) => {
    const parent = await home(t);
    const html = `<!doctype html><script src="${t.a}/pkg/wasm/parley-sync.iife.js"></script>
      <script>
        const parley = ParleySync.Parley.create({ allowedOrigins: ['${t.a}'] });
        parley.on('where', () => origin);
      </script>`;
    const outcome = await parent.eval(
      async (html, attribute, grants) => {
        const attributes =
          attribute === 'srcdoc'
            ? { sandbox: 'allow-scripts', srcdoc: html }
            : { src: `data:text/html,${encodeURIComponent(html)}` };
        const info = await parley.connect(addFrame('plugin', undefined, attributes), 'plugin', {
          opaque: true,
          grants,
        });
        return [info.origin, await parley.send('where', 0, { targetId: 'plugin' })];
      },
      html,
      attribute,
      TALK,
    );
    t.assert.deepEqual(outcome, ['null', 'null']);
  });
}

scenario('the channel of a sandboxed frame says that it reaches nobody', async (t) => {
  const parent = await home(t);
  const setup = () => {
    window.told = [];
    const logger = (level, message) => told.push([level, message]);
    window.parley = Parley.create({ allowedOrigins: [], channel: 'app', logLevel: 'warn', logger });
  };
  await parent.eval((src, attributes) => void addFrame('plugin', src, attributes), t.url(t.b, setup), SANDBOX);
  const child = await parent.frame('plugin').loaded();
  const [[level, message]] = await child.until(() => told.length && told);
  t.assert.equal(level, 'warn');
  t.assert.match(message, /'app' reaches no other window.*opaque: true/);
});
