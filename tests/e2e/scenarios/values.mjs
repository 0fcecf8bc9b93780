// What the structured clone algorithm takes survives; what it does not is refused by its path, before anything happens.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

/** One of everything, built inside the page. */
const everything = `() => {
  const shared = { shared: true };
  const cyclic = { name: 'loop', first: shared, second: shared };
  cyclic.self = cyclic;
  return {
    date: new Date(1234567890), map: new Map([['k', new Set([1, 'two', null])], [{ object: 'key' }, 2]]),
    set: new Set([new Date(0)]), regexp: /a+b/gi, error: new RangeError('kept'),
    bytes: new Uint8Array([1, 2, 255]), floats: new Float64Array([0.5, -0, NaN, Infinity]), big: 2n ** 70n,
    bigs: new BigInt64Array([-5n]), buffer: new Uint8Array([9, 8]).buffer, view: new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
    sparse: [1, , 3], nothing: null, absent: undefined, minusZero: -0, nan: NaN, long: 'x'.repeat(100000),
    unicode: 'naïve ☃ 𝒳 e\\u0301', nested: { a: [{ b: [[[{ c: 1 }]]] }] }, cyclic, empty: {}, list: [],
  };
}`;

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
]) {
  const family = async (t) => {
    const make = (args) => `(args) => { window.everything = ${everything}; (${args})(args); }`;
    const src = t.url(
      t[site],
      make(
        `(args) => { (${peer})(args); parley.on('canon', (payload) => canon(payload)); parley.on('everything', () => everything()); parley.on('keep', (payload) => { window.kept = payload; }); }`,
      ),
      { allowed: [t.a] },
    );
    const parent = await t.open(t.a, make(`(args) => (${peer})(args)`), {
      allowed: [t[site]],
      frames: [{ id: 'child', src }],
    });
    const child = await parent.frame('child').loaded();
    t.assert.ok((await parent.eval(() => connections.child)).value);
    return { parent, child };
  };

  scenario(`messages and answers carry everything, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    const expected = await parent.eval(() => canon(everything()));
    t.assert.equal(await parent.eval(() => parley.send('canon', everything())), expected, 'as sent');
    t.assert.equal(await parent.eval(async () => canon(await parley.send('everything'))), expected, 'as answered');
    await parent.eval(() => parley.broadcast('keep', everything()));
    await child.until(() => Boolean(window.kept));
    t.assert.equal(await child.eval(() => canon(kept)), expected, 'as broadcast');
    t.assert.deepEqual(
      await child.eval(() => [kept.cyclic.self === kept.cyclic, kept.cyclic.first === kept.cyclic.second]),
      [true, true],
    );
  });

  scenario(`state carries everything, also to a late frame, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await parent.eval(() => {
      const { absent, ...rest } = everything();
      return state.setState({ ...rest, all: everything() });
    });
    const expected = await parent.eval(() => canon(state.getState()));
    await child.until(() => Boolean(state.get('all')));
    t.assert.equal(await child.eval(() => canon(state.getState())), expected);
    await child.eval(() => {
      window.loaded = false;
      setTimeout(() => location.reload());
    });
    await child.loaded();
    t.assert.equal(await child.eval(() => atReady), expected);
    const again = await parent.eval(async () => {
      const told = [];
      for (const [key, value] of Object.entries(everything())) {
        const before = changes.length;
        await state.setState({ [key]: value });
        if (key !== 'absent' && changes.length !== before) told.push(key);
      }
      return told;
    });
    t.assert.deepEqual(again, [], 'a deep-equal value is no change');
  });

  scenario(`what cannot be cloned is named, and nothing of it happens, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    const outcomes = await parent.eval(() => {
      const bad = {
        function: [{ user: { onClick() {} } }, 'user.onClick'],
        node: [{ el: document.body }, 'el'],
        symbol: [{ deep: { er: { tag: Symbol('s') } } }, 'deep.er.tag'],
        window: [{ where: { self: window } }, 'where.self'],
        promise: [{ later: Promise.resolve() }, 'later'],
      };
      return Promise.all(
        Object.entries(bad).map(async ([name, [value, path]]) => ({
          name,
          path,
          send: await settle((async () => parley.send('keep', value))()),
          broadcast: await settle((async () => parley.broadcast('keep', value))()),
          // A state owns a copy of what it is given, so it reads through a Proxy of plain data.
          ...(name === 'proxy' ? {} : { set: await settle((async () => state.setState({ good: 1, ...value }))()) }),
        })),
      );
    });
    for (const { name, path, ...ways } of outcomes) {
      for (const [way, outcome] of Object.entries(ways)) {
        t.assert.equal(outcome.code, 'ERR_SERIALIZATION', `${way} of a ${name}: ${JSON.stringify(outcome)}`);
        t.assert.equal(outcome.name, 'SerializationError');
        t.assert.equal(outcome.details?.path, path, `${way} of a ${name}`);
      }
    }
    t.assert.deepEqual(
      await parent.eval(() => [canon(state.getState()), changes]),
      ['{}', []],
      'nothing was applied here',
    );
    t.assert.equal((await parent.eval(() => parley.send('echo', 'still there'))).echoed, 'still there');
    t.assert.deepEqual(
      await child.eval(() => [canon(state.getState()), changes, window.kept ?? null]),
      ['{}', [], null],
      'nothing arrived there',
    );
  });

  scenario(`an answer that cannot be cloned is an error, not a silence, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await child.eval(() => void parley.on('bad-answer', () => ({ callback() {} })));
    const outcome = await parent.eval(() => settle(parley.send('bad-answer')));
    t.assert.ok(['ERR_SERIALIZATION', 'ERR_HANDLER'].includes(outcome.code), JSON.stringify(outcome));
    t.expectConsole(/parley|clone/i);
  });

  scenario(`transfer lists transfer, there and back, ${where}`, async (t) => {
    const { parent, child } = await family(t);
    await child.eval(() => {
      parley.on('take', ({ buffer }, respond) => {
        const bytes = new Uint8Array(buffer);
        bytes[0] += 1;
        respond({ buffer }, [buffer]);
        window.left = buffer.byteLength;
      });
      parley.on('port', ({ port }) => {
        port.onmessage = ({ data }) => port.postMessage(data * 2);
      });
    });
    const there = await parent.eval(async () => {
      const buffer = new Uint8Array([41, 7]).buffer;
      const answer = parley.send('take', { buffer }, { transfer: [buffer] });
      const left = buffer.byteLength;
      return { left, back: [...new Uint8Array((await answer).buffer)] };
    });
    t.assert.deepEqual(there, { left: 0, back: [42, 7] });
    t.assert.equal(await child.eval(() => window.left), 0, 'the answer was transferred too');
    const doubled = await parent.eval(async () => {
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
      await parley.send('port', { port: port2 }, { transfer: [port2] });
      port1.postMessage(21);
      return answer;
    });
    t.assert.equal(doubled, 42);
    const left = await parent.eval(async () => {
      const buffer = new ArrayBuffer(8);
      await parley.broadcast('keep', { buffer }, { transfer: [buffer] });
      return buffer.byteLength;
    });
    t.assert.equal(left, 0);
    await child.until(() => window.kept?.buffer.byteLength === 8);
  });
}

scenario('keys that mean something to objects are only keys', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
  const child = await parent.frame('child').loaded();
  await parent.eval(() => connections.child);
  await parent.eval(async () => {
    const hostile = JSON.parse(
      '{"constructor":1,"toString":2,"hasOwnProperty":3,"length":4,"":5,"prototype":6,"valueOf":{"__proto__":{"polluted":true}}}',
    );
    await state.setState(hostile);
    window.own = await settle((async () => state.setState(JSON.parse('{"__proto__":{"polluted":true}}')))());
    await state.setState({ last: true });
  });
  await child.until(() => state.get('last'));
  for (const view of [parent, child]) {
    t.assert.equal(await view.eval(() => ({}).polluted ?? state.getState().polluted ?? 'clean'), 'clean');
    t.assert.deepEqual(
      await view.eval(() =>
        ['constructor', 'toString', 'hasOwnProperty', 'length', '', 'prototype'].map((key) => state.get(key)),
      ),
      [1, 2, 3, 4, 5, 6],
    );
  }
  await child.eval(() => state.delete('constructor', 'toString', ''));
  await parent.until(() => !Object.hasOwn(state.getState(), 'toString') && !Object.hasOwn(state.getState(), ''));
});

scenario('a snapshot is frozen, and what the application passed in is not touched', async (t) => {
  const page = await t.open(t.a, peer, {});
  const result = await page.eval(async () => {
    const initial = { list: [1], n: 1 };
    const own = new SyncedState(Parley.create(), initial);
    await own.setState({ n: 2 });
    let threw = false;
    try {
      ('use strict');
      own.getState().n = 3;
    } catch {
      threw = true;
    }
    return { initial, n: own.get('n'), frozen: Object.isFrozen(own.getState()), threw: threw || own.get('n') === 2 };
  });
  t.assert.deepEqual(result, { initial: { list: [1], n: 1 }, n: 2, frozen: true, threw: true });
});

scenario('a Proxy, as reactive objects of frameworks are, is plain data or refused by its path', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
  const child = await parent.frame('child').loaded();
  await parent.eval(() => connections.child);
  const outcomes = await parent.eval(async () => {
    const reactive = () => ({ user: new Proxy({ name: 'eve', tags: new Proxy(['a'], {}) }, {}) });
    return {
      send: await settle((async () => (await parley.send('echo', reactive())).echoed)()),
      set: await settle((async () => state.setState(reactive()))()),
    };
  });
  for (const [way, outcome] of Object.entries(outcomes)) {
    if (outcome.code)
      t.assert.deepEqual([outcome.code, outcome.details?.path.split('.')[0]], ['ERR_SERIALIZATION', 'user'], way);
  }
  if (!outcomes.send.code) t.assert.deepEqual(outcomes.send.value, { user: { name: 'eve', tags: ['a'] } });
  if (!outcomes.set.code) {
    await child.until(() => state.get('user')?.name === 'eve');
    t.assert.deepEqual(await child.eval(() => state.get('user')), { name: 'eve', tags: ['a'] });
  }
});
