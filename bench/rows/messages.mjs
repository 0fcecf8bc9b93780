// Messages between a page and its frame of another site.
const WHO = ['raw', 'parley', 'penpal', 'comlink', 'parleyjs'];

/** Both sides are connected; the frame counts what it is told, and signals every ten thousandth. */
async function prepare(cast) {
  const { page, frame } = await cast.framed();
  const there = frame.evaluate(async () => {
    let heard = 0;
    await bench.messenger(wire, () => {
      heard += 1;
      if (heard % 10_000 === 0) bench.arrived();
    });
  });
  await page.evaluate(async () => {
    globalThis.other = await bench.messenger(wire, () => {});
  });
  await there;
  return page;
}

const request = (key, name, bytes, count) => ({
  key,
  name,
  unit: 'us',
  who: WHO,
  prepare,
  turn: (page) =>
    page.evaluate(
      async ({ bytes, count }) => {
        const payload = { id: 1, tags: ['a', 'b'], text: 'x'.repeat(bytes - 50) };
        const start = bench.now();
        for (let i = 0; i < count; i++) await other.ask(payload);
        return ((bench.now() - start) * 1000) / count;
      },
      { bytes, count },
    ),
});

export const messages = [
  request('request-100', 'request and response, 100 B, page and cross-origin frame', 100, 500),
  request('request-10k', 'request and response, 10 KB, page and cross-origin frame', 10_000, 300),
  {
    key: 'one-way',
    name: '10,000 one-way messages, page and cross-origin frame',
    unit: 'ms',
    who: WHO,
    prepare,
    turn: (page) =>
      page.evaluate(async () => {
        const start = bench.now();
        const there = bench.sender.arrivals();
        for (let i = 0; i < 10_000; i++) other.tell({ id: i, text: 'moved', x: 10, y: 20 });
        return (await there) - start;
      }),
  },
];
