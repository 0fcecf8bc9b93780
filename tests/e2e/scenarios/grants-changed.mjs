// Grants that change, that cannot be meant, and ways round them.
import { peer } from '../lib/casts.mjs';
import { restricted } from '../lib/restricted.mjs';
import { scenario } from '../lib/scenario.mjs';

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
