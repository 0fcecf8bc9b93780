// Questions, answers and their ways to fail, between two origins and between two tabs.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

const pairs = {
  'a parent and its frame': async (t, setup) => {
    const src = t.url(t.b, setup, { allowed: [t.a] });
    const one = await t.open(t.a, setup, { allowed: [t.b], frames: [{ id: 'child', src }] });
    const two = await one.frame('child').loaded();
    await one.eval(() => connections.child);
    await two.until(() => parley.peers.length === 1);
    return { one, two, origins: [t.a, t.b] };
  },
  'two tabs': async (t, setup) => {
    const one = await t.open(t.a, setup, { channel: 'home' });
    const two = await t.open(t.a, setup, { channel: 'home' });
    for (const tab of [one, two]) await tab.until(() => parley.peers.length === 1);
    return { one, two, origins: [t.a, t.a] };
  },
};

for (const [who, open] of Object.entries(pairs)) {
  scenario(`${who}: an answer by return, by promise, by respond()`, async (t) => {
    const { one, two } = await open(t, peer);
    await two.eval(() => {
      parley.on('return', (n) => n + 1);
      parley.on('promise', async (n) => {
        await turn();
        return n + 2;
      });
      parley.on('respond', (n, respond) => void setTimeout(() => respond(n + 3)));
      parley.on('nothing', () => {});
    });
    const answers = await one.eval(() =>
      Promise.all(['return', 'promise', 'respond'].map((type) => parley.send(type, 1))),
    );
    t.assert.deepEqual(answers, [2, 3, 4]);
    t.assert.deepEqual(
      await one.eval(async () =>
        [await settle(parley.send('return', 1, { expectsResponse: false }))].map(({ value, code }) => [
          value ?? null,
          code ?? null,
        ]),
      ),
      [[null, null]],
    );
  });

  scenario(`${who}: metadata says who, from where and when`, async (t) => {
    const { one, two, origins } = await open(t, peer);
    await two.eval(
      () =>
        parley.on('who', (payload, respond, { senderId, origin, timestamp, messageId, expectsResponse, signal }) => {
          window.sender = senderId;
          return {
            origin,
            fresh: Math.abs(Date.now() - timestamp) < 60_000,
            id: typeof messageId,
            expectsResponse,
            signal: signal instanceof AbortSignal,
          };
        }) && null,
    );
    t.assert.deepEqual(await one.eval(() => parley.send('who')), {
      origin: origins[0],
      fresh: true,
      id: 'string',
      expectsResponse: true,
      signal: true,
    });
    t.assert.equal((await two.eval(() => parley.send('echo', 'later', { targetId: sender }))).echoed, 'later');
  });

  scenario(`${who}: every way to fail has its code`, async (t) => {
    const { one, two } = await open(t, peer);
    await two.eval(() => {
      parley.on('throws', () => {
        throw new Error('secret detail');
      });
      parley.on('rejects', async () => Promise.reject(new TypeError('no')));
    });
    const outcomes = await one.eval(async () => {
      const abort = new AbortController();
      const aborted = settle(parley.send('never', 1, { signal: abort.signal }));
      await turn();
      abort.abort();
      return {
        throws: await settle(parley.send('throws')),
        rejects: await settle(parley.send('rejects')),
        nobody: await settle(parley.send('nobody handles this')),
        late: await settle(parley.send('never', 1, { timeout: 300 })),
        aborted: await aborted,
        already: await settle(parley.send('echo', 1, { signal: AbortSignal.abort() })),
      };
    });
    const codes = Object.fromEntries(Object.entries(outcomes).map(([name, { code }]) => [name, code]));
    t.assert.deepEqual(codes, {
      throws: 'ERR_HANDLER',
      rejects: 'ERR_HANDLER',
      nobody: 'ERR_NO_HANDLER',
      late: 'ERR_TIMEOUT',
      aborted: 'ERR_ABORTED',
      already: 'ERR_ABORTED',
    });
    for (const [name, { isParleyError }] of Object.entries(outcomes)) t.assert.ok(isParleyError, name);
    t.assert.equal(outcomes.late.name, 'TimeoutError');
    await two.until(() => heard.filter((one) => one === 'aborted').length === 2);
    t.expectConsole(/secret detail|TypeError: no|parley/i);
  });

  scenario(`${who}: what is registered with a schema is checked on both sides`, async (t) => {
    const { one, two } = await open(t, peer);
    await two.eval(() => {
      window.priced = [];
      parley.register('price', { schema: (value) => typeof value === 'number' });
      parley.on('price', (value) => priced.push(value));
      parley.register('plain', {
        schema: {
          '~standard': {
            version: 1,
            vendor: 'test',
            validate: (value) => (typeof value === 'string' ? { value } : { issues: [{ message: 'no string' }] }),
          },
        },
      });
      parley.on('plain', (value) => value.toUpperCase());
    });
    const incoming = await one.eval(() =>
      Promise.all([
        settle(parley.send('price', 'cheap')),
        settle(parley.send('price', 5)),
        settle(parley.send('plain', 5)),
        settle(parley.send('plain', 'x')),
      ]),
    );
    t.assert.equal(incoming[0].code, 'ERR_VALIDATION', JSON.stringify(incoming[0]));
    t.assert.equal(incoming[1].value, 1);
    t.assert.equal(incoming[2].code, 'ERR_VALIDATION');
    t.assert.equal(incoming[3].value, 'X');
    t.assert.deepEqual(await two.eval(() => priced), [5], 'a bad payload never reaches a handler');
    const outgoing = await two.eval(() => settle(parley.send('price', 'cheap')));
    t.assert.equal(outgoing.code, 'ERR_VALIDATION');
    t.assert.equal(outgoing.name, 'ValidationError');
  });

  scenario(`${who}: retries are handled once`, async (t) => {
    const { one, two } = await open(t, peer);
    await two.eval(() => {
      window.calls = 0;
      parley.on('slow', async () => {
        calls++;
        await pause(700);
        return 'at last';
      });
    });
    const outcome = await one.eval(() => settle(parley.send('slow', 1, { timeout: 250, retries: 5 })));
    t.assert.equal(outcome.value, 'at last', JSON.stringify(outcome));
    t.assert.equal(await two.eval(() => calls), 1);
  });

  scenario(`${who}: 2,000 questions at once, answered each in its place`, async (t) => {
    const { one } = await open(t, peer);
    const wrong = await one.eval(async () => {
      const answers = await Promise.all(Array.from({ length: 2000 }, (_, n) => parley.send('echo', n)));
      return answers.filter(({ echoed }, n) => echoed !== n).length;
    });
    t.assert.equal(wrong, 0);
  });

  scenario(`${who}: messages arrive in the order they were sent`, async (t) => {
    const { one, two } = await open(t, peer);
    await one.eval(async () => {
      for (let n = 0; n < 500; n++) parley.broadcast('note', n);
      await parley.send('echo', 'barrier');
    });
    t.assert.deepEqual(
      await two.eval(() => heard.map(({ payload }) => payload)),
      Array.from({ length: 500 }, (_, n) => n),
    );
  });

  scenario(`${who}: once, off, and destroy`, async (t) => {
    const { one, two } = await open(t, peer);
    await two.eval(() => {
      window.first = parley.once('hello');
      window.off = parley.on('note2', () => heard.push('note2'));
      window.counted = 0;
      parley.on('hello', () => void counted++);
    });
    await one.eval(() => parley.broadcast('hello', 1));
    t.assert.equal(await two.eval(() => first), 1);
    await two.eval(() => off());
    await one.eval(() => parley.broadcast('note2'));
    await one.eval(() => parley.send('echo', 'barrier'));
    t.assert.deepEqual(await two.eval(() => [heard, counted]), [[], 1]);
    const after = await two.eval(async () => {
      parley.destroy();
      parley.destroy();
      const call = (run) => settle((async () => run())());
      return (
        await Promise.all([
          call(() => parley.send('echo')),
          call(() => parley.broadcast('x')),
          call(() => parley.on('x', () => {})),
          call(() => state.setState({ x: 1 })),
        ])
      ).map(({ code }) => code);
    });
    t.assert.deepEqual(after.slice(0, 3), ['ERR_DESTROYED', 'ERR_DESTROYED', 'ERR_DESTROYED']);
  });
}

scenario('a broadcast to nobody is no error', async (t) => {
  const page = await t.open(t.a, peer, {});
  const outcome = await page.eval(() => settle(parley.broadcast('note', 1)));
  t.assert.ok('took' in outcome && !outcome.code, JSON.stringify(outcome));
  t.assert.equal((await page.eval(() => settle(parley.send('note', 1)))).code, 'ERR_TARGET_NOT_FOUND');
});
