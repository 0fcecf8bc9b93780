// What an adapter promises, seen from outside.
import assert from 'node:assert/strict';
import { keys, openedFrame, openedTabs } from '../rows/opened.mjs';
import { rows } from '../rows/index.mjs';

const takesPart = (id, prefix) => rows.some(({ key, who }) => key.startsWith(prefix) && who.includes(id));

/** Which checks a contender has to pass: those of the rows it is in. */
export const canMessage = (id) => takesPart(id, 'request');
export const canShare = (id) => [
  ...(takesPart(id, 'key-10-tabs') ? ['channel'] : []),
  ...(takesPart(id, 'key-10-frame') ? ['frame'] : []),
];

/** An answer is an equal copy of the question; what is told one way arrives, all of it, once, in order. */
export async function carries(cast) {
  const { page, frame } = await cast.framed();
  const there = frame.evaluate(async () => {
    globalThis.told = [];
    await bench.messenger(wire, (payload) => told.push(payload.at));
  });
  const answers = await page.evaluate(async () => {
    const other = await bench.messenger(wire, () => {});
    const answers = [];
    for (let at = 0; at < 20; at++) answers.push(await other.ask({ at, list: [at, `${at}`] }));
    for (let at = 0; at < 20; at++) other.tell({ at });
    return answers;
  });
  await there;
  assert.deepEqual(
    answers,
    Array.from({ length: 20 }, (_, at) => ({ at, list: [at, `${at}`] })),
  );
  await frame.waitForFunction(() => told.length >= 20);
  // One more question, so that a message that came twice would have come.
  await page.evaluate(() => bench.turn());
  assert.deepEqual(
    await frame.evaluate(() => told),
    Array.from({ length: 20 }, (_, at) => at),
  );
}

/** What was there, what one side writes and what the other writes are the same on both, and each listener reads it. */
export async function agree(cast, wire) {
  const initial = keys(20);
  const { writer, others } = wire === 'channel' ? await openedTabs(cast, 2, initial) : await openedFrame(cast, initial);
  const pages = [writer, ...others];
  await Promise.all(others.map((other) => other.evaluate(() => bench.look('k1'))));
  await writer.evaluate(() => bench.look('k2'));
  await writer.evaluate(() => {
    for (let i = 0; i < 200; i++) bench.state.set(`k${i % 20}`, 1000 + i);
  });
  await Promise.all(
    others.map((other) => other.waitForFunction(() => bench.state.get('k19') === 1199 && bench.seen === 1181)),
  );
  await others[0].evaluate(() => {
    bench.state.set('k2', 5000);
    bench.state.fill({ new: 5001, other: 5002 });
  });
  const wanted = {
    ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, 1180 + i])),
    k2: 5000,
    new: 5001,
    other: 5002,
  };
  await writer.waitForFunction(() => bench.seen === 5000);
  for (const page of pages) {
    await page.waitForFunction(() => bench.state.get('other') === 5002);
    const names = Object.keys(wanted);
    const values = await page.evaluate((names) => names.map((name) => bench.state.get(name)), names);
    assert.deepEqual(Object.fromEntries(names.map((name, at) => [name, values[at]])), wanted);
    assert.equal(await page.evaluate(() => bench.state.size()), names.length);
  }
}
