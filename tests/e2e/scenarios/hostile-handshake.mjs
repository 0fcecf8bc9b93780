// Windows that know how the handshake goes, and lie: nobody takes another's place, and nobody comes back uncalled.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

const silent = () => {};
const PLAIN = { page: 'plain.html' };
/** A page that answers who it is, whatever it is asked by. */
const named = `(args) => { (${peer})(args); parley.on('who', () => args.who); }`;

/** A victim with a friend in one frame and an attacker, of an origin that is let in, in another. */
async function besieged(t, { from = t.b } = {}) {
  const friend = t.url(t.b, named, { allowed: [t.a], who: 'friend' });
  const victim = await t.open(t.a, peer, {
    allowed: [t.a, t.b],
    initial: { safe: 1 },
    frames: [{ id: 'friend', src: friend }],
  });
  t.assert.ok((await victim.eval(() => connections.friend)).value);
  await victim.eval((src) => void addFrame('enemy', src), t.url(from, silent, {}, PLAIN));
  return { victim, friend: await victim.frame('friend').loaded(), enemy: await victim.frame('enemy').loaded() };
}

const assertFriend = async (t, victim) =>
  t.assert.equal(await victim.eval(() => parley.send('who', 0, { targetId: 'friend', timeout: 3000 })), 'friend');

scenario('a sibling that answers first is itself, and not whom connect() meant', async (t) => {
  const victim = await t.open(t.a, peer, { allowed: [t.a, t.b] });
  await victim.eval((src) => void addFrame('enemy', src), t.url(t.b, silent, {}, PLAIN));
  const enemy = await victim.frame('enemy').loaded();
  await victim.eval(
    (src) => void (connections.friend = settle(parley.connect(addFrame('friend', src), 'friend'))),
    t.url(t.b, named, { allowed: [t.a], who: 'friend' }, { slow: 600 }),
  );
  await enemy.eval(async () => {
    byHand.hello(parent, 'x');
    byHand.offer(parent, 'x', 'uid of the enemy');
    const { port } = await byHand.joined(parent, 'friend', 'friend');
    port.onmessage = ({ data }) => {
      if (data[0] === byHand.MESSAGE) port.postMessage([byHand.MESSAGE + 1, data[1], true, 'enemy']);
    };
  });
  t.assert.ok((await victim.eval(() => connections.friend)).value);
  await assertFriend(t, victim);
  const origins = await victim.eval(() => parley.getConnectedTargets().filter((id) => id === 'friend').length);
  t.assert.equal(origins, 1);
});

scenario(
  'the id of another is taken for no proof, by port, by frame, and before or after the other comes',
  async (t) => {
    const tab = await t.open(t.a, named, { channel: 'home', who: 'tab' });
    const [tabId] = await tab.eval(() => [parley.instanceId]);
    const victim = await t.open(t.a, peer, { allowed: [t.a, t.b], channel: 'home' });
    await victim.until((id) => parley.isConnected(id), tabId);
    await victim.eval((src) => void addFrame('enemy', src), t.url(t.b, silent, {}, PLAIN));
    const enemy = await victim.frame('enemy').loaded();
    await enemy.eval(async (id) => {
      const { port, frames } = await byHand.joined(parent, id, id);
      window.frames_ = frames;
      port.postMessage([byHand.MESSAGE, 1, 'note', 'forged', 0]);
    }, tabId);
    // By a port that was handed to somebody else, held to grants.
    await victim.eval(async (id) => {
      const { port1, port2 } = new MessageChannel();
      window.stolen = [];
      port2.onmessage = ({ data }) => stolen.push(data);
      port2.postMessage([32, id, id, 'port', false, false]);
      await parley.connect(port1, 'guest', { grants: { messages: ['note'] } });
      port2.postMessage([33, 1, 'note', 'by port', 0]);
    }, tabId);
    await victim.until(() => heard.length === 2);
    const senders = await victim.eval(() => heard.map(({ origin }) => origin).sort());
    t.assert.deepEqual(senders, ['', t.b], 'nobody spoke for the tab');
    t.assert.equal(await victim.eval((id) => parley.send('who', 0, { targetId: id }), tabId), 'tab');
    await victim.eval(() => parley.send('echo', 'x', { targetId: 'guest', timeout: 100 }).catch(() => {}));
    t.assert.equal(await victim.eval((id) => parley.peers.find((one) => one.id === id).origin, tabId), t.a);
    // The other way round: first the impostor, then the member of the mesh.
    await enemy.eval(async () => {
      window.two = await byHand.joined(parent, 'early bird', 'early bird');
    });
    const late = await t.open(t.a, `(args) => { (${named})({ ...args, options: { instanceId: 'early bird' } }); }`, {
      channel: 'home',
      who: 'late',
    });
    const id = await late.eval(() => parley.instanceId);
    t.assert.equal(id, 'early bird');
    await victim.until(() => parley.peers.filter(({ kind }) => kind === 'tab').length === 2);
    const answers = await victim.eval(() =>
      Promise.all(
        parley.peers.filter(({ kind }) => kind === 'tab').map(({ id }) => parley.send('who', 0, { targetId: id })),
      ),
    );
    t.assert.deepEqual(answers.sort(), ['late', 'tab']);
  },
);

scenario('a frame inside the friend speaks for itself only', async (t) => {
  const { victim, friend } = await besieged(t);
  await friend.eval((src) => void addFrame('inner', src), t.url(t.b, silent, {}, PLAIN));
  const inner = await friend.frame('inner').loaded();
  await inner.eval(async () => {
    byHand.hello(top, 'again', 5);
    window.kept = await byHand.joined(top, 'inner', 'friend');
    kept.port.postMessage([byHand.MESSAGE, 1, 'note', 'from inside', 0]);
  });
  await victim.until(() => heard.length === 1);
  await assertFriend(t, victim);
  t.assert.equal(await victim.eval(() => events.filter(({ event }) => event === 'system:disconnected').length), 0);
});

scenario('offers with no nonce, a wrong one, a used one, or twice', async (t) => {
  const { victim, enemy } = await besieged(t);
  const result = await enemy.eval(async () => {
    byHand.knock(parent);
    const { nonce } = await byHand.nextStep('hello');
    const tries = ['', 'wrong', nonce.slice(1), `${nonce}0`, nonce.toUpperCase(), 7, null, 'x'.repeat(1e6)];
    const silent = tries.map((nonce) => byHand.listen(byHand.offer(parent, nonce, 'enemy')));
    const first = byHand.offer(parent, nonce, 'enemy');
    const heard = byHand.listen(first);
    const second = byHand.listen(byHand.offer(parent, nonce, 'enemy'));
    byHand.join(first, 'enemy');
    await pause(200);
    // The connection ends; what was recorded of its handshake is played again.
    first.postMessage([byHand.BYE, 0]);
    await pause(100);
    const replayed = byHand.listen(byHand.offer(parent, nonce, 'enemy'));
    await pause(200);
    return { silent: silent.flat(), heard: heard.length > 0, second, replayed };
  });
  t.assert.deepEqual(result, { silent: [], heard: true, second: [], replayed: [] });
  await assertFriend(t, victim);
});

scenario('after disconnect() nothing brings the frame back but connect()', async (t) => {
  const src = t.url(t.b, `(args) => { (${named})(args); window.up = settle(parley.connect(parent, 'up')); }`, {
    allowed: [t.a],
    who: 'friend',
  });
  const victim = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'friend', src }] });
  const friend = await victim.frame('friend').loaded();
  await friend.eval(() => up);
  await victim.until(() => parley.isConnected('friend'));
  await victim.eval(() => parley.disconnect('friend'));
  await friend.until(() => events.some(({ event }) => event === 'system:disconnected'));
  const tries = await friend.eval(async () => {
    const other = Parley.create({ allowedOrigins: [sites.a] });
    return [
      (await settle(parley.connect(parent, 'up', { timeout: 500 }))).code,
      (await settle(other.connect(parent, 'up', { timeout: 500 }))).code,
    ];
  });
  t.assert.deepEqual(tries, ['ERR_TIMEOUT', 'ERR_TIMEOUT']);
  await friend.eval(() => {
    window.loaded = false;
    setTimeout(() => location.reload());
  });
  await friend.loaded();
  t.assert.equal((await friend.eval(() => settle(parley.connect(parent, 'up', { timeout: 500 })))).code, 'ERR_TIMEOUT');
  t.assert.deepEqual(await victim.eval(() => parley.peers), []);
  await victim.until(() => events.some(({ code }) => code === 'ERR_DENIED'));
  const back = await victim.eval(() => settle(parley.connect(document.getElementById('friend'), 'friend')));
  t.assert.ok(back.value, JSON.stringify(back));
  await assertFriend(t, victim);
});

scenario('thousands of handshakes that nobody goes on with', async (t) => {
  const { victim, enemy } = await besieged(t);
  const took = await enemy.eval(async () => {
    byHand.knock(parent);
    const { nonce } = await byHand.nextStep('hello');
    window.kept = [];
    const start = performance.now();
    for (let i = 0; i < 3000; i++) {
      kept.push(byHand.offer(parent, nonce, `half ${i}`));
      if (i % 50 === 0) await turn();
    }
    return performance.now() - start;
  });
  await assertFriend(t, victim);
  // Beyond those that may wait for a word, ports are closed: they take it, and nobody hears it.
  const joined = await enemy.eval(async () => {
    kept.forEach((port, i) => byHand.join(port, `half ${i}`));
    await pause(300);
    return kept.length;
  });
  t.assert.equal(joined, 3000);
  t.note(`3,000 offers in ${Math.round(took)} ms`);
  const peers = await victim.eval(() => parley.getConnectedTargets().length);
  t.assert.ok(peers <= 1 + 64, `${peers} peers`);
  await assertFriend(t, victim);
  const newcomer = await victim.eval(
    (src) => settle(parley.connect(addFrame('new', src), 'new')),
    t.url(t.b, peer, { allowed: [t.a] }),
  );
  t.assert.ok(newcomer.value, 'others still get in');
});

scenario('a window joins no more often than a window has reason to', async (t) => {
  const { victim, enemy } = await besieged(t);
  await enemy.eval(async () => {
    byHand.knock(parent);
    const { nonce } = await byHand.nextStep('hello');
    window.kept = [];
    for (let i = 0; i < 500; i++) {
      const port = byHand.offer(parent, nonce, `peer ${i}`);
      byHand.join(port, `peer ${i}`);
      kept.push(port);
      if (i % 4 === 0) await turn();
    }
  });
  await victim.until(() => events.some(({ code }) => code === 'ERR_LIMIT'));
  const peers = await victim.eval(() => parley.getConnectedTargets().length);
  t.assert.ok(peers > 8 && peers <= 65, `${peers} peers`);
  await assertFriend(t, victim);
});

scenario('a target is not offered to thousands of documents that say they are new', async (t) => {
  const { victim } = await besieged(t);
  const src = t.url(t.b, silent, {}, PLAIN);
  await victim.eval(
    (src) => void (window.attempt = settle(parley.connect(addFrame('widget', src), 'widget', { timeout: 6000 }))),
    src,
  );
  const widget = await victim.frame('widget').loaded();
  const offers = await widget.eval(async () => {
    for (let i = 0; i < 3000; i++) {
      byHand.hello(parent, `nonce ${i}`, i);
      if (i % 100 === 0) await turn();
    }
    await pause(100);
    return byHand.steps.filter(({ step }) => step === 'offer').length;
  });
  t.assert.ok(offers > 0 && offers <= 100, `${offers} offers`);
  await assertFriend(t, victim);
  // It is asked again: an honest document that comes after all that is let in.
  await widget.eval(
    (src) => void setTimeout(() => location.assign(src)),
    t.url(t.b, named, { allowed: [t.a], who: 'widget' }),
  );
  t.assert.ok((await victim.eval(() => attempt)).value);
});

scenario('an allowed address that leads to a stranger while we send', async (t) => {
  const evil = t.url(
    t.evil,
    () => {
      byHand.hello(parent, 'n');
      byHand.knock(parent);
    },
    {},
    PLAIN,
  );
  const victim = await t.open(t.a, peer, { allowed: [t.b], initial: { secret: 's3cret' } });
  const src = `${t.b}/?redirect=${encodeURIComponent(evil)}`;
  await victim.eval((src) => {
    window.attempt = settle(parley.connect(addFrame('widget', src), 'widget', { timeout: 1500 }));
    window.sending = setInterval(() => parley.broadcast('note', 's3cret'), 5);
  }, src);
  const outcome = await victim.eval(() => attempt);
  t.assert.equal(outcome.code, 'ERR_ORIGIN', JSON.stringify(outcome));
  t.assert.ok(outcome.message.includes(t.evil));
  const enemy = await victim.frame('widget').loaded();
  const steps = await enemy.eval(() => byHand.steps.map((step) => [step.step, Boolean(step.port)]));
  t.assert.deepEqual(
    steps.filter(([step, port]) => step !== 'knock' || port),
    [],
  );
  await victim.eval(() => clearInterval(sending));
});

/** A page that joins by hand, and gives its port away before it goes. */
async function portGiver(t, then) {
  const victim = await t.open(t.a, peer, { allowed: [t.a, t.b], initial: { safe: 1 } });
  await victim.eval((src) => void addFrame('accomplice', src), t.url(t.b, silent, {}, PLAIN));
  const accomplice = await victim.frame('accomplice').loaded();
  await accomplice.eval(() => {
    window.frames_ = [];
    addEventListener('message', ({ data, ports: [port] }) => {
      if (data !== 'take it') return;
      window.taken = port;
      port.onmessage = ({ data }) => {
        frames_.push(data);
        if (data[0] === byHand.PING) port.postMessage([byHand.PONG, data[1]]);
      };
    });
  });
  await victim.eval(
    (src) => void (window.attempt = settle(parley.connect(addFrame('widget', src), 'widget', { timeout: 6000 }))),
    t.url(t.b, silent, {}, PLAIN),
  );
  const widget = await victim.frame('widget').loaded();
  await widget.eval(
    async (then) => {
      byHand.knock(parent);
      byHand.hello(parent, 'n', 77);
      const { port } = await byHand.nextStep('offer');
      byHand.join(port, 'widget');
      await pause(50);
      parent.frames[0].postMessage('take it', '*', [port]);
      setTimeout(() => location.assign(then), 50);
    },
    await then(),
  );
  t.assert.ok((await victim.eval(() => attempt)).value);
  return { victim, accomplice, widget };
}

scenario('a frame that leaves its port to another and goes to a stranger is let go all the same', async (t) => {
  const { victim, accomplice } = await portGiver(t, async () => t.url(t.evil, silent, {}, PLAIN));
  const gone = await victim.until(() => events.find(({ event }) => event === 'system:disconnected'));
  t.assert.equal(gone.reason, 'navigated');
  await accomplice.until(() => window.taken);
  const before = await accomplice.eval(() => frames_.length);
  await victim.eval(() => Promise.all([parley.broadcast('note', 's3cret'), state.setState({ secret: 's3cret' })]));
  await victim.eval(() => pause(200));
  t.assert.equal(await accomplice.eval(() => frames_.length), before, 'nothing more is said on it');
  t.assert.equal(await victim.eval(() => parley.isConnected('widget')), false);
});

scenario('another origin in the same window is another document, whatever it says of itself', async (t) => {
  const { victim, accomplice, widget } = await portGiver(t, async () => t.url(t.a, silent, {}, PLAIN));
  await accomplice.until(() => window.taken);
  await widget.until(() => location.hostname.startsWith('a.') && window.loaded);
  await widget.eval(() => byHand.hello(parent, 'n', 77));
  const gone = await victim.until(() => events.find(({ event }) => event === 'system:disconnected'));
  t.assert.equal(gone.reason, 'navigated');
  const offered = await widget.eval(async () => (await byHand.nextStep('offer')).nonce);
  t.assert.equal(offered, 'n', 'the newcomer is offered a connection of its own');
});

scenario('an honest page that is busy while it loads is not taken for gone', async (t) => {
  const src = t.url(
    t.b,
    `(args) => {
      (${named})(args);
      addEventListener('load', () => { const end = performance.now() + 600; while (performance.now() < end); });
    }`,
    { allowed: [t.a], who: 'friend' },
  );
  const victim = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'friend', src }] });
  t.assert.ok((await victim.eval(() => connections.friend)).value);
  await victim.eval(() => pause(3500));
  await assertFriend(t, victim);
  t.assert.equal(await victim.eval(() => events.filter(({ event }) => event === 'system:disconnected').length), 0);
});

scenario('a popup that goes to a stranger is let go, and the stranger gets nowhere from the same window', async (t) => {
  const victim = await t.open(t.a, peer, { allowed: [t.a, t.b], initial: { safe: 1 } });
  const popup = await t.popup(
    victim,
    (url) => {
      window.attempt = settle(parley.connect(window.open(url), 'popup'));
    },
    t.url(t.b, named, { allowed: [t.a], who: 'popup' }),
  );
  await popup.loaded();
  t.assert.ok((await victim.eval(() => attempt)).value);
  const stranger = t.url(
    t.evil,
    () => {
      byHand.hello(opener, 'n', 77);
      byHand.knock(opener);
      window.frames_ = byHand.listen(byHand.offer(opener, 'n', 'popup', 77));
      byHand.join(byHand.offer(opener, 'n', 'popup', 77), 'popup');
    },
    {},
    PLAIN,
  );
  await popup.eval((url) => void setTimeout(() => location.assign(url)), stranger);
  await victim.until(() => !parley.isConnected('popup'));
  await popup.until(() => location.hostname.startsWith('evil') && window.loaded);
  await victim.until(() => events.some(({ code }) => code === 'ERR_ORIGIN'));
  await victim.eval(() => Promise.all([parley.broadcast('note', 's3cret'), state.setState({ secret: 's3cret' })]));
  await victim.eval(() => pause(300));
  const [steps, frames] = await popup.eval(() => [
    byHand.steps.filter(({ step, port }) => step !== 'knock' || port).length,
    frames_.length,
  ]);
  t.assert.deepEqual([steps, frames], [0, 0]);
  t.assert.deepEqual(await victim.eval(() => parley.getConnectedTargets()), []);
});
