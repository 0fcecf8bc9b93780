// Grants of single keys: what may be read arrives, what may not be written is taken back.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

for (const by of ['origin', 'peer']) {
  scenario(`single keys: what may be read arrives, what may not be written is taken back, by ${by}`, async (t) => {
    const grants = { read: ['state.both', 'state.read'], write: ['state.both', 'state.write'] };
    const tab = await t.open(t.a, peer, { channel: 'home', initial: { secret: 's3cret', read: 'r' } });
    const src = t.url(t.b, peer, { allowed: [t.a] });
    const parent = await t.open(t.a, peer, {
      allowed: [t.a, t.b],
      channel: 'home',
      options: by === 'origin' ? { grants: { [t.b]: grants } } : {},
    });
    const joined = await parent.eval(
      (src, grants) => settle(parley.connect(addFrame('child', src), 'child', grants ? { grants } : {})),
      src,
      by === 'peer' ? grants : null,
    );
    t.assert.ok(joined.value, JSON.stringify(joined));
    const child = await parent.frame('child').loaded();
    await child.until(() => state.get('read') === 'r');
    await tab.eval(() => state.setState({ both: 1, write: 'w', secret: 'more', read: 'r2' }));
    await child.until(() => state.get('both') === 1 && state.get('read') === 'r2');
    t.assert.equal(await child.eval(() => canon(state.getState())), '{"both":1,"read":"r2"}');
    // What it writes reaches the tab behind the parent, as far as it may.
    await child.eval(async () => {
      window.told = [];
      parley.onSystem('system:error', ({ code, details }) => told.push([code, details.keys]));
      await state.setState({ both: 2, write: 'by child' });
      await state.setState({ read: 'forged', secret: 'forged' });
    });
    await tab.until(() => state.get('both') === 2 && state.get('write') === 'by child');
    await child.until(() => told.length > 0);
    t.assert.deepEqual(await child.eval(() => told), [['ERR_DENIED', ['read', 'secret']]]);
    t.assert.equal(await child.eval(() => canon(state.getState())), '{"both":2,"read":"r2","write":"by child"}');
    t.assert.equal(
      (await child.eval(() => settle(state.setState({ read: 'again' }, { ack: 'all', rollbackOnError: true })))).code,
      'ERR_DENIED',
    );
    for (const view of [tab, parent])
      t.assert.equal(
        await view.eval(() => canon(state.getState())),
        '{"both":2,"read":"r2","secret":"more","write":"by child"}',
      );
    // And goes on to what is written there next.
    await tab.eval(() => state.setState({ read: 'r3' }));
    await child.until(() => state.get('read') === 'r3');
    t.expectConsole(/ERR_DENIED|was not granted/);
  });
}

scenario('two frames of one origin, each in a tab of its own and both restricted, agree with both tabs', async (t) => {
  const grants = { read: ['state.both'], write: ['state.both'] };
  const src = t.url(t.b, peer, { allowed: [t.a], channel: 'widgets' });
  const tabs = [];
  for (let i = 0; i < 2; i++) {
    const tab = await t.open(t.a, peer, {
      allowed: [t.a, t.b],
      channel: 'home',
      options: { grants: { [t.b]: grants } },
      frames: [{ id: 'child', src }],
    });
    t.assert.ok((await tab.eval(() => connections.child)).value);
    tabs.push(tab, await tab.frame('child').loaded());
  }
  for (let round = 1; round <= 5; round++) {
    await Promise.all(tabs.map((view, i) => view.eval((mark) => state.setState({ both: mark }), `${round}.${i}`)));
    const values = async () => Promise.all(tabs.map((view) => view.eval(() => state.get('both'))));
    let seen = [];
    for (let wait = 0; wait < 100 && new Set(seen).size !== 1; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen = await values();
    }
    t.assert.equal(new Set(seen).size, 1, seen.join());
  }
  await tabs[0].eval(() => state.setState({ secret: 1 }));
  await tabs[2].until(() => state.get('secret') === 1);
  for (const frame of [tabs[1], tabs[3]]) t.assert.equal(await frame.eval(() => state.get('secret') ?? 'none'), 'none');
});

scenario(
  'a restricted peer that speaks the wire by hand speaks for nobody, silences nobody, and wins by no clock',
  async (t) => {
    const grants = { read: ['state.open'], write: ['state.open', 'state.fair'], messages: [] };
    const tab = await t.open(t.a, peer, { channel: 'home', initial: { open: 1, shut: 's3cret' } });
    const victim = await t.open(t.a, peer, {
      allowed: [t.a, t.b],
      channel: 'home',
      options: { grants: { [t.b]: grants } },
    });
    await victim.until(() => state.get('shut') === 's3cret');
    await tab.eval(() => state.setState({ open: 2 }));
    await victim.until(() => state.get('open') === 2);
    await victim.eval(
      (src) => void addFrame('enemy', src),
      t.url(t.b, () => {}, {}, { page: 'plain.html' }),
    );
    const enemy = await victim.frame('enemy').loaded();
    const learned = await enemy.eval(async () => {
      const { port, frames } = await byHand.joined(parent, 'enemy', 'enemy');
      window.port = port;
      const [SYNC, DELTA] = [40, 41];
      const name = 'state';
      port.postMessage([SYNC, name, null, Date.now(), 77]);
      while (!frames.some(([kind, , , , stamps]) => kind === DELTA && stamps.length)) await pause(20);
      const delta = frames.find(([kind, , , , stamps]) => kind === DELTA && stamps.length);
      const before = JSON.stringify(frames);
      const [, actor, dotActor] = delta[4];
      const future = (ms) => (Date.now() + ms - 1577836800000) * 4096;
      let seq = 0;
      const say = (key, value, time, by) => {
        seq += 1;
        port.postMessage([
          DELTA,
          name,
          null,
          Float64Array.of(77, seq),
          Float64Array.of(time, by, 77, seq),
          [key],
          [value],
          0,
          false,
        ]);
      };
      say('open', 'as another', future(0), actor);
      say('open', 'as its way', future(0), dotActor);
      say('open', 'later than any clock', 8e15, 77);
      say('shut', 'forged', future(0), 77);
      say(`open\0c${actor.toString(16)}`, [1000], future(0), 77);
      say(
        `open\0s${actor.toString(16)}`,
        [future(0), 'slot', null, null, undefined, [], ['open', 'shut'], 'x'],
        future(0),
        77,
      );
      // Claims of what others wrote: their next numbers would be old.
      port.postMessage([
        DELTA,
        name,
        null,
        Float64Array.of(actor, 2 ** 50, dotActor, 2 ** 50),
        new Float64Array(),
        [],
        [],
        0,
        false,
      ]);
      port.postMessage([SYNC, name, Float64Array.of(actor, 2 ** 50), Date.now(), 77]);
      await pause(300);
      return { before, after: JSON.stringify(frames) };
    });
    // Of what it names itself it hears that it is refused, and not what is there.
    t.assert.ok(!learned.before.includes('shut') && !learned.after.includes('s3cret'), learned.after);
    for (const view of [tab, victim])
      t.assert.equal(await view.eval(() => canon(state.getState())), '{"open":2,"shut":"s3cret"}');
    // Everybody is heard, and at once.
    for (const [from, to] of [
      [tab, victim],
      [victim, tab],
    ])
      for (const key of ['open', 'shut']) {
        const mark = `${key} ${Math.round(performance.now())}`;
        await from.eval((key, mark) => state.setState({ [key]: mark }), key, mark);
        await to.until((key, mark) => state.get(key) === mark, key, mark);
      }
    // What it may do it can still do.
    await enemy.eval(() => {
      const time = (Date.now() - 1577836800000) * 4096;
      port.postMessage([
        41,
        'state',
        null,
        Float64Array.of(77, 900),
        Float64Array.of(time + 4096, 77, 77, 900),
        ['fair'],
        ['fair'],
        0,
        false,
      ]);
    });
    await tab.until(() => state.get('fair') === 'fair');
  },
);
