// What a peer was not granted never gets through, by whatever way it comes.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

/** A page whose child at another origin is held to grants; `by` says where they are written. */
async function restricted(t, grants, by, options = {}) {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, {
    allowed: [t.a, t.b],
    options: by === 'origin' ? { grants: { [t.b]: grants }, ...options } : options,
  });
  const outcome = await parent.eval(
    (src, grants) => settle(parley.connect(addFrame('child', src), 'child', grants ? { grants } : {})),
    src,
    by === 'peer' ? grants : null,
  );
  t.assert.ok(outcome.value, JSON.stringify(outcome));
  return { parent, child: await parent.frame('child').loaded() };
}

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

scenario('a restricted frame gets no further by a second Parley, a frame inside it, or a popup', async (t) => {
  const { parent, child } = await restricted(t, { messages: ['echo'], read: [], write: [] }, 'peer');
  await parent.eval(() => state.setState({ secret: 's3cret' }));
  const outcome = await child.eval(async () => {
    const second = Parley.create({ allowedOrigins: [sites.a] });
    window.spy = new SyncedState(second, {});
    const joined = await settle(second.connect(parent, 'up', { timeout: 1500 }));
    return [
      joined.value?.kind ?? joined.code,
      (await settle(second.send('echo', 1))).code ?? 'answered',
      (await settle(second.send('note', 1))).code,
      canon(spy.getState()),
    ];
  });
  t.assert.deepEqual(outcome, ['parent', 'answered', 'ERR_DENIED', '{}']);
  const climb = `async (args) => {
    const spare = Parley.create({ allowedOrigins: [args.top] });
    const spy = new SyncedState(spare, {});
    const page = args.by === 'frame' ? parent.parent : opener.parent;
    if (args.forget) opener = null;
    const joined = await settle(spare.connect(page, 'up', { timeout: 1500 }));
    window.outcome = [joined.value?.origin ?? joined.code, (await settle(spare.send('note', 1))).code, canon(spy.getState())];
  }`;
  const expected = [t.a, 'ERR_DENIED', '{}'];
  await child.eval((src) => void addFrame('nested', src), t.url(t.b, climb, { top: t.a, by: 'frame' }));
  t.assert.deepEqual(await (await child.frame('nested').loaded()).eval(() => outcome), expected);
  for (const forget of [false, true]) {
    const url = t.url(t.b, climb, { top: t.a, by: 'popup', forget });
    const popup = await t.popup(child, (url) => void window.open(url), url);
    t.assert.deepEqual(
      await (await popup.loaded()).eval(() => outcome),
      expected,
      `popup, opener forgotten: ${forget}`,
    );
  }
  t.assert.deepEqual(await parent.eval(() => heard), []);
});

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

scenario('what connect() grants anew holds from then on, more and less', async (t) => {
  const { parent, child } = await restricted(t, { read: ['state.a'], write: ['state.a'] }, 'peer');
  await parent.eval(() => state.setState({ a: 1, b: 1 }));
  await child.until(() => state.get('a') === 1);
  const regrant = (grants) =>
    parent.eval((grants) => settle(parley.connect(document.querySelector('iframe'), 'child', { grants })), grants);
  t.assert.ok((await regrant({ read: ['state.*'], write: ['state.b'] })).value);
  await child.until(() => state.get('b') === 1);
  await child.eval(() => Promise.all([state.setState({ a: 'no' }), state.setState({ b: 2 })]));
  await parent.until(() => state.get('b') === 2);
  await child.until(() => state.get('a') === 1);
  t.assert.ok((await regrant({ read: [], write: [] })).value);
  await parent.eval(() => state.setState({ a: 3, b: 3 }));
  await child.eval(() => state.setState({ b: 'no' }));
  await child.eval(() => parley.send('echo', 'barrier'));
  t.assert.equal(await parent.eval(() => canon(state.getState())), '{"a":3,"b":3}');
  t.assert.equal(await child.eval(() => canon(state.getState())), '{"a":1,"b":"no"}');
  t.assert.ok((await regrant({})).value);
  await child.until(() => state.get('a') === 3);
  t.expectConsole(/was not granted/);
});

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

scenario('grants that cannot be meant are refused', async (t) => {
  const page = await t.open(t.a, () => {});
  const grants = {
    'an origin that is not let in': { [t.evil]: {} },
    'an opaque origin': { null: {} },
    'no origin': { 'not an origin': {} },
    'a path': { [`${t.b}/path`]: {} },
    'a wildcard that is not let in': { [t.wildcard]: {} },
    'an unknown list': { [t.b]: { reads: [] } },
    'no list': { [t.b]: { messages: 'echo' } },
    'no pattern': { [t.b]: { messages: ['*'] } },
    'no key': { [t.b]: { read: ['state'], write: ['state'] } },
    'a list': [],
    'a text': 'all',
  };
  const codes = await page.eval((all) => {
    const codes = {};
    for (const [name, grants] of Object.entries(all)) {
      try {
        Parley.create({ allowedOrigins: [sites.a, sites.b], grants }).destroy();
        codes[name] = 'accepted';
      } catch (error) {
        codes[name] = error.code;
      }
    }
    Parley.create({
      allowedOrigins: [sites.a, sites.b],
      grants: { [sites.b]: {}, [sites.a]: { messages: [] } },
    }).destroy();
    return codes;
  }, grants);
  t.assert.deepEqual(codes, Object.fromEntries(Object.keys(grants).map((name) => [name, 'ERR_CONFIG'])));
});

scenario('the words of an error cross to another origin only if asked, the stack never', async (t) => {
  for (const exposeErrors of [undefined, false, true]) {
    const { parent, child } = await restricted(t, {}, 'peer', exposeErrors === undefined ? {} : { exposeErrors });
    await parent.eval(() => {
      const secret = () => {
        throw Object.assign(new Error('db=s3cret'), { detail: 's3cret' });
      };
      parley.on('throws', secret);
      parley.on('rejects', async () => secret());
      parley.register('checked', { schema: secret });
      parley.on('checked', () => 1);
      parley.onSystem('system:error', () => {});
    });
    const outcomes = await child.eval(() =>
      Promise.all(['throws', 'rejects', 'checked'].map(async (type) => settle(parley.send(type, 1)))),
    );
    t.assert.deepEqual(
      outcomes.map(({ code }) => code),
      ['ERR_HANDLER', 'ERR_HANDLER', 'ERR_VALIDATION'],
    );
    for (const outcome of outcomes) {
      const text = JSON.stringify(outcome);
      t.assert.equal(text.includes('db=s3cret'), exposeErrors === true, text);
      t.assert.doesNotMatch(text, /\.m?js:\d/);
    }
  }
});

scenario('the part for restricted peers is loaded when the first of them comes', async (t) => {
  const loaded = () => performance.getEntriesByType('resource').some(({ name }) => name.includes('inline-gateways'));
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.a, t.b] });
  await parent.eval((src) => settle(parley.connect(addFrame('free', src), 'free')), src);
  await parent.eval(async () => {
    window.state = new SyncedState(parley, { a: 1, b: 2 }, { name: 'shared' });
    await state.ready;
  });
  t.assert.equal(await parent.eval(loaded), false, 'nobody is restricted');
  await parent.eval((src, grants) => settle(parley.connect(addFrame('held', src), 'held', { grants })), src, {
    read: ['shared.a'],
  });
  const held = await parent.frame('held').loaded();
  await held.eval(() => void (window.state = new SyncedState(parley, {}, { name: 'shared' })));
  await held.until(() => state.get('a') === 1);
  t.assert.equal(await held.eval(() => state.get('b')), undefined);
  t.assert.equal(await parent.eval(loaded), true);
  // What it waits for comes with the acknowledgement of all.
  await parent.eval(() => state.setState({ a: 5 }, { ack: 'all' }));
  t.assert.equal(await held.eval(() => state.get('a')), 5);
});

scenario('connect() again with grants, before the frame is there, holds it to them', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.a, t.b] });
  const outcomes = await parent.eval(
    async (src, grants) => {
      const frame = addFrame('held', 'about:blank');
      const first = settle(parley.connect(frame, 'held', { timeout: Infinity }));
      const second = settle(parley.connect(frame, 'held', { timeout: Infinity, grants }));
      frame.src = src;
      return (await Promise.all([first, second])).map((outcome) => outcome.code ?? 'connected');
    },
    src,
    { messages: ['echo'] },
  );
  t.assert.deepEqual(outcomes, ['connected', 'connected']);
  const held = await parent.frame('held').loaded();
  const codes = await held.eval(async () => {
    const codes = [];
    for (const type of ['echo', 'note']) codes.push((await settle(parley.send(type, 1))).code ?? 'answered');
    return codes;
  });
  t.assert.deepEqual(codes, ['answered', 'ERR_DENIED']);
});
