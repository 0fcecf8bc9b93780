// More than is let in is refused and counted; what is honest passes, however much it is.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

async function family(t, options = {}, site = 'b') {
  const src = t.url(t[site], peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, { allowed: [t.a, t.b], options, frames: [{ id: 'child', src }] });
  t.assert.ok((await parent.eval(() => connections.child)).value);
  await parent.eval(() => {
    window.sizes = [];
    parley.on('size', (value) => {
      sizes.push(1);
      return value?.length ?? 0;
    });
    parley.on('give', (what) => (what === 'large' ? 'x'.repeat(5000) : [[[[[[[[]]]]]]]]));
  });
  return { parent, child: await parent.frame('child').loaded() };
}

/** What becomes of each of these values, sent to the parent. */
const outcomes = (child, makers) =>
  child.eval(async (makers) => {
    const out = {};
    for (const [name, make] of Object.entries(makers)) {
      const value = (0, eval)(`(${make})`)();
      out[name] = (await settle(parley.send('size', value, { timeout: 4000 }))).code ?? 'answered';
    }
    return out;
  }, makers);

const LARGE = {
  'a long text': `() => 'x'.repeat(70_000_000)`,
  bytes: `() => new Uint8Array(70_000_000)`,
  'a small view over a huge buffer': `() => new Uint8Array(new ArrayBuffer(70_000_000), 5, 1)`,
  'many texts': `() => Array.from({ length: 1000 }, (_, i) => String(i % 10).repeat(70_000))`,
  'the words of an error': `() => new Error('x'.repeat(70_000_000))`,
  'a key': `() => ({ ['k'.repeat(70_000_000)]: 1 })`,
  'in a map': `() => new Map([['k', new Set(['x'.repeat(70_000_000)])]])`,
  'a property of a list': `() => Object.assign([1], { more: 'x'.repeat(70_000_000) })`,
  'a long number': `() => 1n << 560_000_000n`,
  'depth 1,100': `() => { let deep = 1; for (let i = 0; i < 1100; i++) deep = [deep]; return deep; }`,
  'depth in maps': `() => { let deep = 1; for (let i = 0; i < 1100; i++) deep = new Map([[deep, 1]]); return deep; }`,
};
const FINE = {
  'a megabyte': `() => 'x'.repeat(1 << 20)`,
  '50 MB of bytes': `() => new Uint8Array(50_000_000)`,
  'a cycle': `() => { const cycle = { list: [] }; cycle.self = cycle; cycle.list.push(cycle, cycle.list); return cycle; }`,
  'shared parts that explode when walked': `() => { let dag = 'x'.repeat(1000); for (let i = 0; i < 200; i++) dag = [dag, dag]; return dag; }`,
  'a list of holes': `() => { const list = []; list[4294967290] = 1; return list; }`,
  'nothing but holes': `() => new Array(4294967295)`,
  'depth 900': `() => { let deep = 1; for (let i = 0; i < 900; i++) deep = [deep]; return deep; }`,
  '100,000 objects': `() => Array.from({ length: 100_000 }, (_, i) => ({ i }))`,
};

scenario(
  'by default a window of another origin may not send what stops a page',
  async (t) => {
    const { parent, child } = await family(t);
    const started = Date.now();
    // Firefox makes no number of more than a million bits.
    const counts = await child.eval(() => {
      try {
        return 1n << 560_000_000n > 0n;
      } catch {
        return false;
      }
    });
    const large = Object.fromEntries(Object.entries(LARGE).filter(([name]) => counts || name !== 'a long number'));
    t.assert.deepEqual(
      await outcomes(child, large),
      Object.fromEntries(Object.keys(large).map((name) => [name, 'ERR_LIMIT'])),
    );
    t.assert.deepEqual(
      await outcomes(child, FINE),
      Object.fromEntries(Object.keys(FINE).map((name) => [name, 'answered'])),
    );
    t.note(`${Date.now() - started} ms`);
    const count = await parent.until(() => events.findLast(({ code }) => code === 'ERR_LIMIT'));
    t.assert.equal(count.origin, t.b);
    t.assert.equal((await child.eval(() => parley.send('echo', 1))).echoed, 1);
  },
  { timeout: 60_000, alone: true },
);

scenario(
  'a burst of 100,000 small messages, and 30 of a megabyte, pass whole',
  async (t) => {
    const { parent, child } = await family(t);
    await child.eval(async () => {
      for (let i = 0; i < 100_000; i++) parley.send('size', i, { expectsResponse: false });
      for (let i = 0; i < 30; i++) parley.send('size', 'x'.repeat(1 << 20), { expectsResponse: false });
      await parley.send('echo', 'barrier', { timeout: 40_000 });
    });
    t.assert.equal(await parent.eval(() => sizes.length), 100_030);
    t.assert.deepEqual(await parent.eval(() => events.filter(({ event }) => event === 'system:rejected')), []);
  },
  { timeout: 60_000, alone: true },
);

for (const site of ['b', 'a']) {
  scenario(`a rate that is asked for holds for ${site === 'a' ? 'the own' : 'another'} origin`, async (t) => {
    const { parent, child } = await family(t, { limits: { messagesPerSecond: 100 } }, site);
    await parent.eval(() => void (window.begun = performance.now()));
    await child.eval(async () => {
      for (let i = 0; i < 2000; i++) parley.send('size', i, { expectsResponse: false });
      await pause(300);
    });
    // By the clock that refills the allowance, up to the moment at which they are counted: a slow machine lets no more pass.
    const [passed, took] = await parent.eval(() => [sizes.length, performance.now() - begun]);
    t.assert.ok(passed > 10 && passed <= 100 + took / 5, `${passed} of 2,000 in ${took} ms`);
    await parent.until(() => events.some(({ code, count }) => code === 'ERR_LIMIT' && count >= 1000));
    // Who slows down is heard again.
    await child.until(async () => (await settle(parley.send('echo', 1, { timeout: 200 }))).value?.echoed === 1);
  });
}

scenario('sizes and depths that are asked for hold, for messages, for answers and for states', async (t) => {
  const { parent, child } = await family(t, { limits: { messageBytes: 2000, depth: 5 } });
  t.assert.deepEqual(
    await outcomes(child, {
      large: `() => 'x'.repeat(5000)`,
      deep: `() => [[[[[[[[]]]]]]]]`,
      fits: `() => 'x'.repeat(1000)`,
      flat: `() => [[[1]]]`,
    }),
    { large: 'ERR_LIMIT', deep: 'ERR_LIMIT', fits: 'answered', flat: 'answered' },
  );
  await child.eval(() => {
    parley.on('give', (what) => (what === 'large' ? 'x'.repeat(5000) : what === 'deep' ? [[[[[[[[]]]]]]]] : 'fits'));
  });
  const answers = await parent.eval(() =>
    Promise.all(
      ['large', 'deep', 'fits'].map(async (what) => {
        const outcome = await settle(parley.send('give', what, { targetId: 'child' }));
        return outcome.code ?? outcome.value;
      }),
    ),
  );
  t.assert.deepEqual(answers, ['ERR_LIMIT', 'ERR_LIMIT', 'fits']);
  await child.eval(() => state.setState({ large: 'x'.repeat(5000) }));
  await child.eval(() => parley.send('echo', 'barrier'));
  t.assert.equal(await parent.eval(() => canon(state.getState())), '{}');
});

scenario('a type as long as a book is no type', async (t) => {
  const page = await t.open(t.a, peer, {});
  const result = await page.eval(async () => {
    const { port1, port2 } = new MessageChannel();
    const frames = [];
    port2.onmessage = ({ data }) => frames.push(data);
    port2.postMessage([32, 'uid', 'uid', 'port', false, false]);
    await parley.connect(port1, 'raw');
    port2.postMessage([33, 1, 'x'.repeat(1e6), 1, 1]);
    port2.postMessage([33, 2, 'echo', 1, 1]);
    while (!frames.some((frame) => frame[0] === 34)) await turn();
    return [
      frames.filter((frame) => frame[0] === 34).map((frame) => frame[1]),
      (await settle((async () => parley.send('x'.repeat(1e6)))())).code,
    ];
  });
  t.assert.deepEqual(result, [[2], 'ERR_ARGUMENT']);
  await page.until(() => events.some(({ code }) => code === 'ERR_MALFORMED'));
});

scenario(
  'questions that are never answered do not pile up without end',
  async (t) => {
    const page = await t.open(t.a, peer, {});
    const result = await page.eval(async () => {
      parley.on('pending', () => new Promise(() => {}));
      const { port1, port2 } = new MessageChannel();
      const answers = [];
      port2.onmessage = ({ data }) => data[0] === 34 && answers.push(data.slice(1, 4));
      port2.postMessage([32, 'uid', 'uid', 'port', false, false]);
      await parley.connect(port1, 'raw');
      for (let i = 1; i <= 131_080; i++) {
        port2.postMessage([33, i, 'pending', 1, 1]);
        if (i % 1000 === 0) await turn();
      }
      while (answers.length < 8) await turn();
      port2.postMessage([35, 7]);
      port2.postMessage([33, 200_000, 'echo', 1, 1]);
      while (answers.length < 9) await turn();
      return [answers.slice(0, 8).map(([id, , code]) => [id > 131_072, code]), answers[8][0]];
    });
    t.assert.deepEqual(result, [Array(8).fill([true, 'ERR_LIMIT']), 200_000]);
  },
  { timeout: 60_000, alone: true },
);

scenario('who comes uncalled is let in as long as there are fewer peers than is asked for', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const page = await t.open(t.a, peer, { allowed: [t.a, t.b], options: { limits: { peers: 1 } } });
  for (const name of ['first', 'second']) {
    await page.eval((name, src) => void addFrame(name, src), name, src);
    const frame = await page.frame(name).loaded();
    await frame.eval(() => settle(parley.connect(parent, 'up', { timeout: 1500 })));
  }
  await page.until(() => events.some(({ code }) => code === 'ERR_LIMIT'));
  t.assert.equal(await page.eval(() => parley.peers.length), 1);
});
