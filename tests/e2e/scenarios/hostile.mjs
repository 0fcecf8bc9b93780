// Garbage, forgeries and floods leave everybody's messages, state and patience as they were.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

/** A victim with a friend in one frame, and an attacker in another. */
async function besieged(t, attacker, { from = t.evil } = {}) {
  const friend = t.url(t.b, peer, { allowed: [t.a] });
  const enemy = t.url(from, attacker, {}, { page: 'plain.html' });
  const victim = await t.open(t.a, peer, {
    allowed: [t.a, t.b],
    channel: 'home',
    initial: { safe: 1 },
    frames: [{ id: 'friend', src: friend }],
  });
  t.assert.ok((await victim.eval(() => connections.friend)).value);
  await victim.eval((src) => void addFrame('enemy', src), enemy);
  return { victim, friend: await victim.frame('friend').loaded(), enemy: await victim.frame('enemy').loaded() };
}

/** The victim still talks with its friend, and holds what it held. */
async function assertUnharmed(t, { victim, friend }) {
  t.assert.equal((await victim.eval(() => parley.send('echo', 1, { targetId: 'friend' }))).echoed, 1);
  t.assert.equal((await friend.eval(() => parley.send('echo', 2))).echoed, 2);
  const mark = `mark${Math.round(performance.now())}`;
  await friend.eval((mark) => state.setState({ mark }), mark);
  await victim.until((mark) => state.get('mark') === mark, mark);
  t.assert.equal(await victim.eval(() => canon(state.getState())), `{"mark":"${mark}","safe":1}`);
  t.assert.equal(await victim.eval(() => ({}).polluted ?? 'clean'), 'clean');
  t.assert.deepEqual(await victim.eval(() => parley.getConnectedTargets()), ['friend']);
  const rejected = await victim.eval(() => events.filter(({ event }) => event === 'system:rejected').length);
  t.assert.ok(rejected <= 100, `${rejected} events for a flood`);
  t.assert.ok(t.console(/./).length <= 10, `${t.console(/./).length} console lines for a flood`);
  t.expectConsole(/parley/i);
}

const bombard = async ({ seed, count }) => {
  const below = random(seed);
  for (let i = 0; i < count; i++) {
    parent.postMessage(garbage(below), '*', i % 7 ? [] : [new MessageChannel().port1]);
    if (i % 100 === 0) await turn();
  }
};

for (const [who, site] of [
  ['a stranger', 'evil'],
  ['an allowed origin that never joined', 'b'],
  ['the own origin', 'a'],
]) {
  scenario(`3,000 malformed messages from ${who}`, async (t) => {
    const cast = await besieged(t, () => {}, { from: t[site] });
    await cast.enemy.eval(bombard, { seed: t.seed, count: 3000 });
    await assertUnharmed(t, cast);
  });
}

scenario('genuine handshake messages, changed in one place, from the wrong window', async (t) => {
  // What a child says to its parent, taken from a parent that is nobody's friend.
  const recorder = await t.open(
    t.b,
    () => {
      window.recorded = [];
      addEventListener('message', ({ data }) => recorded.push(data));
    },
    {},
    { page: 'plain.html' },
  );
  await recorder.eval((src) => void addFrame('speaker', src), t.url(t.b, peer, { allowed: [t.b] }));
  await recorder.until(() => recorded.length > 0);
  const frames = await recorder.eval(() => recorded.map((one) => JSON.stringify(one)));
  const cast = await besieged(t, () => {}, { from: t.b });
  await cast.enemy.eval(
    async ({ seed, frames }) => {
      const below = random(seed);
      const genuine = frames.map((text) => JSON.parse(text));
      for (let i = 0; i < 2000; i++) {
        const frame = genuine[below(genuine.length)];
        parent.postMessage(i % 3 ? mutated(frame, below) : frame, '*', i % 2 ? [new MessageChannel().port1] : []);
        if (i % 100 === 0) await turn();
      }
    },
    { seed: t.seed, frames },
  );
  await assertUnharmed(t, cast);
});

scenario('an event made by script is no message', async (t) => {
  const cast = await besieged(t, () => {});
  await cast.victim.eval(
    async ({ origin, seed }) => {
      const below = random(seed);
      const source = document.getElementById('friend').contentWindow;
      for (let i = 0; i < 300; i++)
        window.dispatchEvent(
          new MessageEvent('message', { data: garbage(below), origin, source, ports: [new MessageChannel().port1] }),
        );
    },
    { origin: t.b, seed: t.seed },
  );
  await assertUnharmed(t, cast);
});

// Who shares the channel shares the origin, and could as well change the page itself: forging another's writes is
// not what is tried here, but whether nonsense in between does any harm.
scenario('garbage on the channel everybody shares', async (t) => {
  const names = `(args) => {
    const Native = BroadcastChannel;
    window.channels = [];
    window.BroadcastChannel = class extends Native { constructor(name) { super(name); channels.push(name); } };
    (${peer})(args);
  }`;
  const one = await t.open(t.a, names, { channel: 'home', initial: { safe: 1 } });
  const two = await t.open(t.a, peer, { channel: 'home', initial: { safe: 1 } });
  await one.until(() => parley.peers.length === 1);
  const channels = [...new Set(await one.eval(() => channels))];
  t.assert.ok(channels.length > 0, 'the mesh uses a BroadcastChannel');
  const attacker = await t.open(
    t.a,
    ({ channels, seed }) => {
      const below = random(seed);
      const wires = channels.map((name) => new BroadcastChannel(name));
      const genuine = [];
      for (const wire of wires) wire.onmessage = ({ data }) => genuine.push(data);
      /** Half of it nonsense, half of it genuine messages with nonsense for a body. */
      window.flood = async () => {
        for (let i = 0; i < 2000; i++) {
          const frame = genuine[below(genuine.length || 1)];
          const almost = Array.isArray(frame) && i % 2 ? frame.with(frame.length - 1, garbage(below)) : garbage(below);
          for (const wire of wires) wire.postMessage(almost);
          if (i % 50 === 0) await turn();
        }
        return genuine.length;
      };
    },
    { channels, seed: t.seed },
    { page: 'plain.html' },
  );
  for (let i = 0; i < 5; i++) {
    await one.eval((i) => state.setState({ n: i }), i);
    await two.until((i) => state.get('n') === i, i);
  }
  t.assert.ok((await attacker.eval(() => flood())) > 0, 'something was overheard');
  const other = await two.eval(() => parley.instanceId);
  t.assert.equal((await one.eval((id) => parley.send('echo', 1, { targetId: id }), other)).echoed, 1);
  await two.eval(() => state.setState({ mark: 'after' }));
  await one.until(() => state.get('mark') === 'after');
  await one.eval(() => state.setState({ back: 'again' }));
  await two.until(() => state.get('back') === 'again');
  t.assert.equal(await one.eval(() => ({}).polluted ?? 'clean'), 'clean');
  t.assert.ok(t.console(/./).length <= 10, `${t.console(/./).length} console lines for a flood`);
  t.expectConsole(/parley/i);
});

scenario('a port that talks nonsense before it talks sense', async (t) => {
  const page = await t.open(t.a, peer, {});
  const result = await page.eval(async (seed) => {
    const below = random(seed);
    const { port1, port2 } = new MessageChannel();
    for (let i = 0; i < 500; i++) port2.postMessage(garbage(below));
    const other = Parley.create();
    other.on('double', (n) => n * 2);
    const joined = parley.connect(port1, 'other');
    await turn();
    for (let i = 0; i < 500; i++) port2.postMessage(garbage(below));
    await Promise.all([joined, other.connect(port2, 'page')]);
    for (let i = 0; i < 500; i++) port2.postMessage(garbage(below));
    return parley.send('double', 4, { targetId: 'other' });
  }, t.seed);
  t.assert.equal(result, 8);
  t.expectConsole(/parley/i);
});

scenario('5,000 genuine frames, each changed in one place, over a Link', async (t) => {
  const page = await t.open(t.a, peer, {}, {});
  const result = await page.eval(async (seed) => {
    const below = random(seed);
    // A genuine conversation, recorded.
    const genuine = [];
    const [near, far] = linkPair((frame, side) => side === 'near' && genuine.push(structuredClone(frame)));
    const [left, right] = [Parley.create(), Parley.create()];
    const [one, two] = [new SyncedState(left, { a: 1 }), new SyncedState(right, { a: 1 })];
    right.on('double', (n) => n * 2);
    await Promise.all([left.connect(near, 'right'), right.connect(far, 'left')]);
    await left.send('double', 2);
    await left.broadcast('note', { to: 'all' });
    for (let i = 0; i < 10; i++) await one.setState({ [`k${i}`]: i, a: i });
    await one.delete('k3');
    while (two.get('a') !== 9) await turn();

    // The same, garbled, to somebody who is in good company.
    const victim = Parley.create();
    const kept = new SyncedState(victim, { safe: 1 });
    const friend = Parley.create();
    const friends = new SyncedState(friend, { safe: 1 });
    friend.on('double', (n) => n * 2);
    const [toFriend, toVictim] = linkPair();
    await Promise.all([victim.connect(toFriend, 'friend'), friend.connect(toVictim, 'victim')]);
    const evil = { onframe: null, onclose: null, send() {}, close() {} };
    const attempt = settle(victim.connect(evil, 'evil', { timeout: 400 }));
    for (const frame of genuine) evil.onframe?.(structuredClone(frame));
    for (let i = 0; i < 5000; i++) {
      evil.onframe?.(mutated(genuine[below(genuine.length)], below));
      if (i % 100 === 0) await turn();
    }
    await attempt;
    await friends.setState({ mark: 1 });
    while (kept.get('mark') !== 1) await turn();
    await kept.setState({ answer: 2 });
    while (friends.get('answer') !== 2) await turn();
    return {
      frames: genuine.length > 5,
      doubled: await victim.send('double', 4, { targetId: 'friend' }),
      equal: canon(kept.getState()) === canon(friends.getState()),
      polluted: {}.polluted ?? 'clean',
    };
  }, t.seed);
  t.assert.deepEqual(result, { frames: true, doubled: 8, equal: true, polluted: 'clean' });
  t.expectConsole(/parley/i);
});
