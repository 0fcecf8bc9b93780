// A tab comes late: from the moment its script has run until it has every key. Its page is new each time.
import { CHANNEL } from './key.mjs';
import { first, keys } from './opened.mjs';

const late = (count) => ({
  key: `late-${count}`,
  name: `a late tab gets ${count.toLocaleString('en')} keys`,
  unit: 'ms',
  who: CHANNEL,
  cold: true,
  async prepare(cast) {
    await first(await cast.tab(), keys(count));
    return cast.tab();
  },
  async turn(page) {
    await page.reload();
    await page.waitForFunction(() => globalThis.bench);
    return page.evaluate(async (count) => {
      const start = bench.now();
      const state = await bench.shared({});
      await new Promise((resolve) => {
        const look = (read) => {
          if (read(`k${count - 1}`) !== undefined && read('k0') !== undefined && state.size() >= count) resolve();
        };
        state.listen(look);
        look(state.get);
      });
      return bench.now() - start;
    }, count);
  },
});

export const lates = [late(1000), late(10_000)];
