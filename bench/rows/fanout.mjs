// One key changes, until the listeners of ten other tabs have read it.
import { CHANNEL } from './key.mjs';
import { keys, openedTabs } from './opened.mjs';

export const fanout = {
  key: 'fan-out',
  name: 'one key of 10 changes, fan-out to 10 tabs',
  unit: 'ms',
  who: CHANNEL,
  async prepare(cast) {
    const { writer, others } = await openedTabs(cast, 10, keys(10));
    await Promise.all(others.map((other) => other.evaluate(() => bench.watch('k1'))));
    await writer.evaluate(() => {
      bench.look('k1');
      globalThis.value = 1000;
    });
    return writer;
  },
  turn: (writer) =>
    writer.evaluate(async () => {
      const times = [];
      for (let i = 0; i < 30; i++) {
        const there = bench.sender.arrivals();
        const start = bench.now();
        bench.state.set('k1', (value += 1));
        times.push((await there) - start);
        await bench.turn();
      }
      return bench.median(times);
    }),
};
