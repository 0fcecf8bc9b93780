// Shared states that are open and agree, before anything is measured.

/** Keys `k0`, `k1`, ... with a number each. */
export const keys = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

/** A writing tab with this state, and others that have received it. */
export async function openedTabs(cast, count, initial) {
  const { writer, others } = await cast.tabs(count);
  await first(writer, initial);
  // One after the other: redux-state-sync takes whichever state is sent to it first, another newcomer's included.
  for (const other of others) {
    await other.evaluate(() => bench.share({}));
    await agreed(other, initial);
  }
  return { writer, others };
}

/** The same for a page and its frame of another site. */
export async function openedFrame(cast, initial) {
  const { page, frame } = await cast.framed();
  const there = frame.evaluate(() => bench.share({}, wire));
  await page.evaluate((initial) => bench.share(initial, wire), initial);
  await there;
  await agreed(frame, initial);
  return { writer: page, others: [frame] };
}

const agreed = (page, initial) =>
  page.waitForFunction((count) => bench.state.size() >= count, Object.keys(initial).length, { polling: 20 });

/** The state in the first tab of all, once it answers newcomers. */
export const first = (tab, initial) =>
  tab.evaluate(async (initial) => {
    await bench.share(initial);
    await bench.state.ready;
  }, initial);
