// Nothing stays behind: after a thousand rounds a page holds what it held after a few. PARLEY_CYCLES sets the number.
import { scenario } from '../lib/scenario.mjs';

const CYCLES = Number(process.env.PARLEY_CYCLES ?? 1000);
const WARM = Math.min(200, CYCLES);

/** The page's own instance of the wasm, and a way to make many rounds of something. */
const bench = `async () => {
  const [{ Parley }, { initSync }] = await Promise.all([import('/pkg/index.js'), import('/pkg/wasm/parley_sync.js')]);
  Parley.create().destroy(); // starts the wasm
  const parts = Object.values(initSync());
  window.memory = parts.find((part) => part instanceof WebAssembly.Memory);
  window.table = parts.find((part) => part instanceof WebAssembly.Table && part.get(0) === undefined);
  window.counted = { timers: new Set(), channels: 0, ports: 0 };
  const { setTimeout: set, clearTimeout: clear } = window;
  window.setTimeout = (run, ...rest) => {
    const id = set((...args) => { counted.timers.delete(id); run(...args); }, ...rest);
    counted.timers.add(id);
    return id;
  };
  window.clearTimeout = (id) => { counted.timers.delete(id); clear(id); };
  window.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) { super(name); counted.channels++; }
    close() { super.close(); counted.channels--; }
  };
  window.locksHeld = async () => {
    const { held, pending } = await navigator.locks.query();
    return held.length + pending.length;
  };
}`;

/** What is counted exactly, and what the collector leaves of the heap. */
async function measure(view) {
  const heap = await view.tab.heap();
  const own = await view.eval(async () => ({
    wasm: memory.buffer.byteLength,
    handles: table.length,
    live: Array.from({ length: table.length }, (_, i) => table.get(i)).filter((value) => value != null).length,
    timers: counted.timers.size,
    channels: counted.channels,
    locks: await locksHeld(),
  }));
  return { ...own, heap: heap.JSHeapUsedSize, listeners: heap.JSEventListeners, documents: heap.Documents };
}

/** Bytes of JavaScript the engine makes of what it runs often, whatever the number of rounds; and for each round, none. */
const ENGINE = 200_000;
const ROUND = 8;

/** What WebAssembly memory grows by, bytes. */
const PAGE = 65_536;

/** Rounds between two collections. */
const CHUNK = 100;

const rounds = async (source, count) => {
  const round = (0, eval)(`(${source})`);
  for (let i = 0; i < count; i++) {
    await round(i);
    await turn();
  }
};

async function staysFlat(t, { prepare = () => {}, round }) {
  const page = await t.open(t.a, bench);
  await page.eval(prepare);
  // What JavaScript no longer holds, the wasm is told of by the collector, which has nothing to do in so small a page.
  const many = async (count) => {
    for (let done = 0; done < count; done += CHUNK) {
      await page.eval(rounds, String(round), Math.min(CHUNK, count - done));
      await page.tab.heap();
    }
    await page.eval(() => pause(200));
  };
  await many(WARM);
  await many(WARM);
  const before = await measure(page);
  const started = performance.now();
  await many(CYCLES);
  const took = performance.now() - started;
  const after = await measure(page);
  t.note(`${CYCLES} rounds, ${Math.round(took)} ms: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
  for (const what of ['channels', 'locks', 'documents'])
    t.assert.ok(after[what] <= before[what], `${what}: ${before[what]}, then ${after[what]}`);
  // The table doubles, and what waits for a collection may pass its length at any time.
  t.assert.ok(after.handles <= 2 * before.handles, `handles: ${before.handles}, then ${after.handles}`);
  t.assert.ok(after.live < before.live + CYCLES / 2, `live handles: ${before.live}, then ${after.live}`);
  // The memory's last page may be taken at any time: one more, however many the rounds (9,000 were seen to take no second).
  t.assert.ok(after.wasm <= before.wasm + PAGE, `wasm: ${before.wasm}, then ${after.wasm}`);
  // Each Parley that is left has one at most.
  t.assert.ok(after.timers <= 2, `timers: ${before.timers}, then ${after.timers}`);
  t.assert.ok(after.listeners <= before.listeners + 2, `listeners: ${before.listeners}, then ${after.listeners}`);
  const grown = after.heap - before.heap;
  t.assert.ok(grown < ENGINE + ROUND * CYCLES, `${CYCLES} rounds left ${grown} bytes of JavaScript`);
  return page;
}

const options = { needs: ['heap'], timeout: 60_000 + CYCLES * 30 };

scenario(
  'a Parley, a state and a store are created and destroyed',
  (t) =>
    staysFlat(t, {
      round: async (i) => {
        const parley = Parley.create({ channel: 'home' });
        const state = new SyncedState(parley, { i });
        const store = new SyncedStore(parley, (sum, { by = 0 }) => sum + by, 0, { name: 'store' });
        parley.on('note', () => {});
        parley.onSystem('system:connected', () => {});
        state.subscribe(() => {});
        state.subscribeKey('i', () => {});
        store.subscribe(() => {});
        state.setState({ i: i + 1, text: 'a text of some length' });
        store.dispatch({ type: 'add', by: 1 });
        if (i % 3 === 0) await parley.ready;
        if (i % 2) {
          state.destroy();
          store.destroy();
        }
        parley.destroy();
      },
    }),
  options,
);

scenario(
  'states and stores come and go on one Parley, and so do listeners and handlers',
  (t) =>
    staysFlat(t, {
      prepare: () => {
        window.parley = Parley.create({ channel: 'home' });
      },
      round: async (i) => {
        const offs = [parley.on('note', () => {}), parley.onSystem('system:connected', () => {})];
        const state = new SyncedState(parley, { i });
        offs.push(
          state.subscribe(() => {}),
          state.subscribeKey('i', () => {}),
        );
        const store = new SyncedStore(parley, (sum, { by = 0 }) => sum + by, 0, { name: 'store' });
        offs.push(store.subscribe(() => {}));
        await state.setState({ i: -1 });
        await store.dispatch({ type: 'add', by: 1 });
        for (const off of offs) off();
        state.destroy();
        store.destroy();
      },
    }),
  options,
);

scenario(
  'two Parleys join by a port and part',
  (t) =>
    staysFlat(t, {
      prepare: () => {
        window.left = Parley.create();
        window.right = Parley.create();
        window.states = [new SyncedState(left, { n: 0 }), new SyncedState(right, { n: 0 })];
        right.on('echo', (payload) => payload);
      },
      round: async (i) => {
        const { port1, port2 } = new MessageChannel();
        await Promise.all([left.connect(port1, 'far'), right.connect(port2, 'near')]);
        await left.send('echo', i, { targetId: 'far', signal: new AbortController().signal, retries: 1 });
        await states[i % 2].setState({ n: i });
        if (i % 2) await left.disconnect('far');
        else await right.disconnect('near');
        while (left.isConnected('far') || right.isConnected('near')) await turn();
      },
    }),
  options,
);

scenario(
  'a frame is joined and left, again and again',
  (t) => {
    const src = t.url(t.b, () => void (window.parley = Parley.create({ allowedOrigins: [sites.a] })));
    return staysFlat(t, {
      prepare: `async () => {
        window.parley = Parley.create({ allowedOrigins: [sites.b] });
        window.frame = addFrame('child', ${JSON.stringify(src)});
      }`,
      round: async () => {
        await parley.connect(frame, 'child', { signal: new AbortController().signal });
        await parley.disconnect('child');
      },
    });
  },
  options,
);

scenario(
  'a tab stays while Parleys of another come and go on its channel',
  async (t) => {
    const stays = await t.open(t.a, bench);
    await stays.eval(() => {
      window.parley = Parley.create({ channel: 'home' });
      window.state = new SyncedState(parley, { n: 0 });
      window.gone = 0;
      parley.onSystem('system:disconnected', () => gone++);
    });
    const settled = (count) => stays.until((count) => gone >= count, count);
    const comes = await t.open(t.a, bench);
    const rounds = Math.min(CYCLES, 2000);
    const come = async (count) => {
      for (let i = 0; i < count; i++) {
        const parley = Parley.create({ channel: 'home' });
        const state = new SyncedState(parley, {});
        await state.ready;
        if (parley.getConnectedTargets().length !== 1) throw new Error('the other tab is missing');
        if (i % 2) await parley.disconnect(parley.getConnectedTargets()[0]);
        parley.destroy();
      }
    };
    const many = async (count) => {
      for (let done = 0; done < count; done += CHUNK) {
        await comes.eval(come, Math.min(CHUNK, count - done));
        for (const view of [comes, stays]) await view.tab.heap();
      }
    };
    await many(WARM * 2);
    await settled(WARM * 2);
    const before = await measure(stays);
    await many(rounds);
    await settled(WARM * 2 + rounds);
    await stays.eval(() => pause(200));
    const after = await measure(stays);
    t.note(`${rounds} rounds: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
    for (const what of ['wasm', 'handles', 'channels', 'locks'])
      t.assert.ok(after[what] <= before[what], `${what}: ${before[what]}, then ${after[what]}`);
    // Each Parley that is left has one at most.
    t.assert.ok(after.timers <= 2, `timers: ${before.timers}, then ${after.timers}`);
    t.assert.ok(after.listeners <= before.listeners + 2, `listeners: ${before.listeners}, then ${after.listeners}`);
    const grown = after.heap - before.heap;
    t.assert.ok(grown < ENGINE + ROUND * rounds, `${rounds} rounds left ${grown} bytes of JavaScript`);
  },
  options,
);

scenario(
  'a Parley that is destroyed is let go of at once, though nothing is collected and its object is still there',
  async (t) => {
    const page = await t.open(t.a, bench);
    const grown = await page.eval(async () => {
      window.kept = [];
      const many = async (count) => {
        for (let i = 0; i < count; i++) {
          const parley = Parley.create({ channel: 'home' });
          parley.on('note', () => {});
          kept.push(parley);
          parley.destroy();
          await turn();
        }
        return memory.buffer.byteLength;
      };
      const before = await many(500);
      return (await many(2000)) - before;
    });
    t.note(`2000 rounds: ${grown} bytes of wasm memory`);
    // A whole Parley takes some 800 bytes; its object, its id and what listens until it is collected, 260.
    t.assert.ok(grown <= 2000 * 400, `${grown} bytes`);
    t.assert.equal(
      await page.eval(() => kept.every((parley, n) => parley.instanceId !== kept[n - 1]?.instanceId)),
      true,
    );
  },
  { timeout: 40_000 },
);
