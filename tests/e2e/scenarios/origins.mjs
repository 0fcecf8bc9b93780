// Who is not let in learns nothing, disturbs nobody, and is counted.
import { peer } from '../lib/casts.mjs';
import { assertJoined } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const SECRET = 's3cret-of-the-child';

/** A page that keeps everything it can get hold of: window messages, and what comes over ports handed to it. */
function eavesdrop() {
  window.overheard = [];
  const hear = (event) => {
    overheard.push(canon(event.data));
    for (const port of event.ports ?? []) {
      port.onmessage = hear;
      port.start();
    }
  };
  window.addEventListener('message', hear);
}

const keepsSecret = `(args) => {
  (${peer})(args);
  state.setState({ secret: args.secret });
  parley.broadcast('note', args.secret);
}`;

scenario('by default only the own origin is let in', async (t) => {
  const same = t.url(t.a, peer, {});
  const foreign = t.url(t.b, peer, {});
  const parent = await t.open(t.a, peer, { frames: [{ id: 'child', src: same }] });
  await assertJoined(parent, await parent.frame('child').loaded());
  const outcome = await parent.eval(
    (src) => settle(parley.connect(addFrame('foreign', src), 'foreign', { timeout: 800 })),
    foreign,
  );
  t.assert.ok(['ERR_TIMEOUT', 'ERR_ORIGIN'].includes(outcome.code), outcome.code);
});

scenario("a child that does not allow its parent's origin is never connected", async (t) => {
  const src = t.url(t.b, keepsSecret, { allowed: [t.b], secret: SECRET });
  const parent = await t.open(t.a, `(args) => { (${eavesdrop})(); (${peer})(args); }`, { allowed: [t.a, t.b] });
  const outcome = await parent.eval(
    (src) => settle(parley.connect(addFrame('child', src), 'child', { timeout: 1200 })),
    src,
  );
  t.assert.equal(outcome.code, 'ERR_TIMEOUT', JSON.stringify(outcome));
  const child = await parent.frame('child').loaded();
  t.assert.deepEqual(await child.eval(() => [parley.peers.length, parley.getConnectedTargets()]), [0, []]);
  const refused = await child.until(() => events.filter(({ event }) => event === 'system:rejected').at(-1));
  t.assert.equal(refused.origin, t.a);
  t.assert.equal(refused.code, 'ERR_ORIGIN');
  t.assert.ok(refused.count >= 1);
  t.assert.doesNotMatch((await parent.eval(() => overheard)).join(), new RegExp(SECRET));
});

scenario('a stranger that embeds us cannot read or write', async (t) => {
  const src = t.url(t.a, keepsSecret, { allowed: [t.a, t.b], secret: SECRET });
  const evil = await t.open(t.evil, `(args) => { (${eavesdrop})(); (${peer})(args); }`, {
    allowed: [t.a, t.b, t.evil],
  });
  const outcome = await evil.eval((src) => {
    window.attempt = parley.connect(addFrame('victim', src), 'victim', { timeout: 1000 });
    state.setState({ injected: true });
    return settle(attempt);
  }, src);
  t.assert.equal(outcome.code, 'ERR_TIMEOUT');
  const victim = await evil.frame('victim').loaded();
  t.assert.equal(await victim.eval(() => canon(state.getState())), `{"secret":"${SECRET}"}`);
  t.assert.equal(await evil.eval(() => canon(state.getState())), '{"injected":true}');
  t.assert.doesNotMatch((await evil.eval(() => overheard)).join(), new RegExp(SECRET));
});

scenario('a stranger that opened us cannot read or write', async (t) => {
  const evil = await t.open(t.evil, `(args) => { (${eavesdrop})(); (${peer})(args); }`, {
    allowed: [t.a, t.b, t.evil],
  });
  const victim = await t.popup(
    evil,
    (url) => {
      window.attempt = settle(parley.connect(window.open(url), 'victim', { timeout: 1500 }));
      state.setState({ injected: true });
    },
    t.url(t.a, keepsSecret, { allowed: [t.a, t.b], secret: SECRET }),
  );
  await victim.loaded();
  t.assert.equal((await evil.eval(() => attempt)).code, 'ERR_TIMEOUT');
  t.assert.equal(await victim.eval(() => canon(state.getState())), `{"secret":"${SECRET}"}`);
  t.assert.doesNotMatch((await evil.eval(() => overheard)).join(), new RegExp(SECRET));
});

scenario('a wildcard lets in subdomains of any depth', async (t) => {
  const src = t.url(t.sub, peer, { allowed: [t.b] });
  const parent = await t.open(t.b, peer, { allowed: [t.wildcard], frames: [{ id: 'child', src }] });
  await assertJoined(parent, await parent.frame('child').loaded());
});

scenario('a wildcard does not let in the apex, another port or a look-alike', async (t) => {
  const parent = await t.open(t.b, peer, { allowed: [t.wildcard] });
  const { port } = new URL(t.a);
  const others = [t.a, t.sub.replace(port, new URL(t.b).port), `http://not-a.localhost:${port}`, t.evil];
  const outcomes = await parent.eval(
    (urls) =>
      Promise.all(
        urls.map((src, index) => settle(parley.connect(addFrame(`f${index}`, src), `f${index}`, { timeout: 1200 }))),
      ),
    others.map((origin) => t.url(origin, peer, { allowed: [t.b] })),
  );
  for (const [index, outcome] of outcomes.entries())
    t.assert.ok(['ERR_TIMEOUT', 'ERR_ORIGIN'].includes(outcome.code), `${others[index]}: ${JSON.stringify(outcome)}`);
  t.assert.equal(await parent.eval(() => parley.getConnectedTargets().length), 0);
});

scenario('entries that name no origin are refused, and so is an option that does not exist', async (t) => {
  const page = await t.open(t.a, () => {});
  const entries = [
    '*',
    '',
    'example',
    'http://*',
    'https://*.*.example',
    'https://a.*.example',
    'https://a.example/path',
    'https://user@a.example',
    'null',
    7,
    null,
  ];
  const codes = await page.eval(
    (entries) =>
      entries.map((entry) => {
        try {
          Parley.create({ allowedOrigins: [entry] }).destroy();
          return 'accepted';
        } catch (error) {
          return error instanceof ParleyError ? error.code : String(error);
        }
      }),
    entries,
  );
  t.assert.deepEqual(
    Object.fromEntries(entries.map((entry, index) => [String(entry), codes[index]])),
    Object.fromEntries(entries.map((entry) => [String(entry), 'ERR_CONFIG'])),
  );
  const unknown = await page.eval(() => {
    try {
      Parley.create({ chanel: 'home' });
    } catch ({ code, message }) {
      return { code, message };
    }
  });
  t.assert.equal(unknown.code, 'ERR_CONFIG');
  t.assert.match(unknown.message, /chanel/);
});

scenario('a flood from a stranger is counted, not reported one by one', async (t) => {
  const listening = `(args) => {
    (${peer})(args);
    addEventListener('message', ({ data }) => { if (data === 'barrier') window.flooded = true; });
  }`;
  const src = t.url(t.b, listening, { allowed: [t.b] });
  const evil = await t.open(t.evil, () => {
    window.recorded = [];
    addEventListener('message', ({ data }) => recorded.push(data));
    window.parley = Parley.create({ allowedOrigins: [sites.b] });
  });
  await evil.eval(
    (src) => void (window.attempt = settle(parley.connect(addFrame('victim', src), 'victim', { timeout: 1500 }))),
    src,
  );
  const victim = await evil.frame('victim').loaded();
  await evil.until(() => recorded.length > 0);
  await evil.eval(async () => {
    const target = document.getElementById('victim').contentWindow;
    for (let i = 0; i < 2000; i++) target.postMessage(recorded[i % recorded.length], '*', [new MessageChannel().port1]);
    target.postMessage('barrier', '*');
    for (let i = 0; i < 20; i++) settle(parley.connect(target, `again${i}`, { timeout: 800 }));
  });
  await victim.until(() => window.flooded);
  t.assert.equal((await evil.eval(() => attempt)).code, 'ERR_TIMEOUT');
  const rejected = await victim.until(() => {
    const some = events.filter(({ event }) => event === 'system:rejected');
    return some.length > 0 && some;
  });
  t.assert.ok(rejected.length <= 50, `${rejected.length} events`);
  t.assert.ok(
    rejected.every(({ origin, code }) => origin === t.evil && code === 'ERR_ORIGIN'),
    JSON.stringify(rejected.slice(0, 3)),
  );
  t.assert.ok(t.console(/./).length <= 5, `${t.console(/./).length} console lines`);
  t.assert.equal(await victim.eval(() => parley.peers.length), 0);
  t.expectConsole(/parley/i);
});

scenario("a frame that navigates to a stranger's page is let go, and stays out", async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.b], initial: { public: 1 }, frames: [{ id: 'child', src }] });
  const child = await parent.frame('child').loaded();
  t.assert.ok((await parent.eval(() => connections.child)).value);
  const evil = t.url(t.evil, `(args) => { (${eavesdrop})(); (${peer})(args); }`, { allowed: [t.a] });
  await child.eval((url) => void setTimeout(() => location.assign(url)), evil);
  await parent.until(() => events.some(({ event }) => event === 'system:disconnected'));
  await child.until(() => location.hostname.startsWith('evil') && window.loaded);
  await parent.eval((secret) => state.setState({ secret }), SECRET);
  await parent.eval(() => parley.broadcast('note', 'for friends only'));
  await parent.eval(() => pause(400));
  t.assert.equal(await parent.eval(() => parley.isConnected('child')), false);
  t.assert.equal(await child.eval(() => parley.peers.length), 0);
  t.assert.doesNotMatch(
    (await child.eval(() => [...overheard, canon(state.getState())])).join(),
    new RegExp(`${SECRET}|public|friends`),
  );
  // Back at the allowed origin it is let in again, and finds the state.
  await parent.eval((src) => void (document.getElementById('child').src = src), src);
  await parent.until(() => events.some(({ event }) => event === 'system:reconnected'));
  t.assert.match(await (await child.loaded()).eval(() => atReady), new RegExp(SECRET));
});

scenario(
  'origins are compared as browsers report them: case, ports, slashes, addresses',
  async (t) => {
    const port = new URL(t.b).port;
    // One server, several names for it: what a page there is called is the browser's to say.
    const child = (host) => t.url(`http://${host}:${port}`, peer, { allowed: [t.a] });
    const cases = [
      ['b.localhost', `HTTP://B.LocalHost:${port}/`, true],
      ['b.localhost', `http://b.localhost:${port}`, true],
      ['b.localhost', `http://b.localhost.:${port}`, false],
      ['b.localhost', 'http://b.localhost', false],
      ['b.localhost', `https://b.localhost:${port}`, false],
      ['b.localhost', `http://localhost:${port}`, false],
      ['b.localhost', `http://xb.localhost:${port}`, false],
      ['b.localhost', `http://b.localhost.evil.localhost:${port}`, false],
      ['b.localhost', `http://127.0.0.1:${port}`, false],
      ['xn--bcher-kva.localhost', `http://xn--bcher-kva.localhost:${port}`, true],
      ['127.0.0.1', `http://127.0.0.1:${port}`, true],
      ['127.0.0.1', `http://*.localhost:${port}`, false],
      ['b.localhost', `http://*.localhost:${port}`, true],
      ['b.localhost.evil.localhost', `http://*.b.localhost:${port}`, false],
    ];
    const page = await t.open(t.a, () => {});
    // What is no origin, as an entry with a trailing dot, is refused before anything else.
    const outcomes = await page.eval(
      (tries) =>
        Promise.all(
          tries.map(async ([entry, src], i) => {
            try {
              const one = Parley.create({ allowedOrigins: [entry] });
              return settle(one.connect(addFrame(`f${i}`, src), 'child', { timeout: 4000 }));
            } catch (error) {
              return { code: error.code };
            }
          }),
        ),
      cases.map(([host, entry]) => [entry, child(host)]),
    );
    for (const [i, [host, entry, isIn]] of cases.entries()) {
      const what = `${entry} for ${host}: ${JSON.stringify(outcomes[i])}`;
      t.assert.equal(Boolean(outcomes[i].value), isIn, what);
      if (!isIn) t.assert.ok(['ERR_ORIGIN', 'ERR_CONFIG'].includes(outcomes[i].code), what);
    }
  },
  { timeout: 60_000, alone: true },
);

scenario('documents without an origin of their own match no entry', async (t) => {
  const page = await t.open(t.a, peer, { allowed: [t.a, t.b] });
  const seen = await page.eval(async () => {
    const say = "<script>parent.postMessage({ parley: 1, step: 'hello', nonce: 'n', mark: 1 }, '*')</script>";
    addFrame('data', `data:text/html,${say}`);
    addFrame('sandboxed', undefined, { sandbox: 'allow-scripts', srcdoc: say });
    for (;;) {
      const told = events.findLast(({ event }) => event === 'system:rejected');
      if (told?.count === 2) return told;
      await pause(50);
    }
  });
  t.assert.deepEqual([seen.origin, seen.code], ['null', 'ERR_ORIGIN']);
  t.assert.deepEqual(await page.eval(() => parley.getConnectedTargets()), []);
});
