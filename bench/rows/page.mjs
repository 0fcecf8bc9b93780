// What a page pays before it has shared anything, and for keeping it: in a new page each time.
import { CHANNEL } from './key.mjs';

async function fresh(page) {
  await page.goto(new URL('/empty', page.url()).href);
  return page;
}

const each = { who: CHANNEL, cold: true, prepare: async (cast) => ({ id: cast.id, page: await cast.empty() }) };

export const pages = [
  {
    ...each,
    key: 'memory',
    name: 'memory of 10,000 keys, heap and wasm',
    unit: 'MB',
    async turn({ id, page }) {
      await fresh(page);
      return page.evaluate(async (id) => {
        const memories = new Set();
        const keep = (instance) => {
          for (const one of Object.values(instance.exports)) if (one instanceof WebAssembly.Memory) memories.add(one);
          return instance;
        };
        const { Instance, instantiate, instantiateStreaming } = WebAssembly;
        WebAssembly.Instance = function (...args) {
          return keep(new Instance(...args));
        };
        for (const [name, original] of Object.entries({ instantiate, instantiateStreaming })) {
          WebAssembly[name] = async (...args) => {
            const made = await original.apply(WebAssembly, args);
            keep(made.instance ?? made);
            return made;
          };
        }
        const used = async () => {
          for (let i = 0; i < 3; i++) {
            gc();
            await new Promise((resolve) => setTimeout(resolve, 30));
          }
          const wasm = [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
          return performance.memory.usedJSHeapSize + wasm;
        };
        const before = await used();
        const { shared } = await import(`/${id}.only.js`);
        globalThis.state = await shared({ channel: 'bench' }, {});
        state.fill(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key-${i}`, i])));
        return ((await used()) - before) / 1e6;
      }, id);
    },
  },
  {
    ...each,
    key: 'start',
    name: 'import to first write',
    unit: 'ms',
    async turn({ id, page }) {
      await fresh(page);
      return page.evaluate(async (id) => {
        const start = performance.now();
        const { shared } = await import(`/${id}.only.js`);
        const state = await shared({ channel: 'bench' }, {});
        state.set('first', 1);
        return performance.now() - start;
      }, id);
    },
  },
];
