// One key changes, until the listener of the other side has read it.
import { keys, openedFrame, openedTabs } from './opened.mjs';

const CHANNEL = ['raw', 'parley', 'redux-state-sync', 'use-broadcast', 'tinybase', 'yjs', 'loro'];
const FRAME = ['raw', 'parley', 'tinybase', 'yjs', 'loro'];

const one = (key, name, who, count, open) => ({
  key,
  name,
  unit: 'ms',
  who,
  async prepare(cast) {
    const { writer, others } = await open(cast, keys(count));
    await others[0].evaluate(() => bench.watch('k1'));
    await writer.evaluate(() => {
      bench.look('k1');
      globalThis.value = 1000;
    });
    return writer;
  },
  turn: (writer) =>
    writer.evaluate(async (writes) => {
      const times = [];
      for (let i = 0; i < writes; i++) {
        const there = bench.sender.arrivals();
        const start = bench.now();
        bench.state.set('k1', (value += 1));
        times.push((await there) - start);
        // The next one finds both sides at rest.
        await bench.turn();
      }
      return bench.median(times);
    }, 50),
});

export const key = [10, 1000, 10_000]
  .map((count) =>
    one(
      `key-${count}-tabs`,
      `one key of ${count.toLocaleString('en')} changes, two tabs`,
      CHANNEL,
      count,
      (cast, initial) => openedTabs(cast, 1, initial),
    ),
  )
  .concat(
    [10, 1000, 10_000].map((count) =>
      one(
        `key-${count}-frame`,
        `one key of ${count.toLocaleString('en')} changes, page and cross-origin frame`,
        FRAME,
        count,
        openedFrame,
      ),
    ),
  );

export { CHANNEL };
