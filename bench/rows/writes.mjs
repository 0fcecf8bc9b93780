// 10,000 writes on 100 keys in one turn of the event loop, until the other tab has the last; and how long the writer cannot do
// anything else.
import { CHANNEL } from './key.mjs';
import { keys, openedTabs } from './opened.mjs';

export const writes = {
  key: 'writes',
  who: CHANNEL,
  name: '10,000 writes on 100 keys, two tabs',
  parts: {
    writes: { name: '10,000 writes on 100 keys until the other tab agrees', unit: 'ms' },
    'writes-blocked': { name: 'the same, writer blocked', unit: 'ms' },
  },
  async prepare(cast) {
    const { writer, others } = await openedTabs(cast, 1, keys(100));
    await others[0].evaluate(() => bench.watch('k99', (value) => value % 10_000 === 9999));
    await writer.evaluate(() => {
      bench.look('k1');
      globalThis.base = 0;
    });
    return writer;
  },
  turn: (writer) =>
    writer.evaluate(async () => {
      base += 10_000;
      const there = bench.sender.arrivals();
      const start = bench.now();
      for (let i = 0; i < 10_000; i++) bench.state.set(`k${i % 100}`, base + i);
      await bench.turn();
      const blocked = bench.now() - start;
      return { writes: (await there) - start, 'writes-blocked': blocked };
    }),
};
