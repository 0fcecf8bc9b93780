// Texts that outlive their wasm, and windows that edit one text through the package.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEngine, loadText } from '../../pkg/src/text-engine.js';
import { engineOver } from '../../pkg/src/text-instances.js';

const told = [];
onEngine((engine) => told.push(engine));
const { engine } = await import('../../pkg/text.js');
const { Difference, Merge, Text, __wbg_reset_state: restart } = await import('../../pkg/wasm/parley_sync_text.js');

test('whoever asked is told of the engine, once, and loading it gives the same', async () => {
  onEngine((there) => told.push(there));
  assert.deepEqual(told, [engine, engine]);
  assert.equal(await loadText(), engine);
});

/** The real wasm; calls whose argument says so end as a trap does, with the instance gone. */
function trapping() {
  const fatal = (update) => update.length > 0 && update.every((byte) => byte === 0xee);
  let traps = 0;
  let broken = false;
  const trap = () => {
    traps += 1;
    broken = true;
    throw new WebAssembly.RuntimeError('unreachable');
  };
  const whole = () => assert.ok(!broken, 'a broken instance was called');
  class Trapping extends Text {
    apply(update, writer) {
      whole();
      return fatal(update) ? trap() : super.apply(update, writer);
    }
    change(places, inserted) {
      whole();
      return inserted.includes('trap') ? trap() : super.change(places, inserted);
    }
    text() {
      whole();
      return super.text();
    }
  }
  const anew = () => {
    restart();
    broken = false;
  };
  return { engine: engineOver({ Text: Trapping, Merge, Difference, restart: anew }), traps: () => traps };
}

test('a trap while an update is applied refuses that update and leaves every text as it was', () => {
  const { engine, traps } = trapping();
  const texts = [engine.open('seed', 1), engine.open('seed', 2), engine.open('other', 3)];
  const updates = [];
  for (let i = 0; i < 40; i++) {
    const update = texts[i % 2].edit(`${texts[i % 2].text()}${i} `);
    updates.push(update);
    assert.equal(texts[(i + 1) % 2].apply(update), true);
  }
  texts[2].edit('another');
  const before = texts.map((text) => text.text());
  assert.equal(before[0], before[1]);

  assert.equal(texts[0].apply(new Uint8Array(9).fill(0xee), 2), false);
  assert.equal(traps(), 1);
  assert.deepEqual(
    texts.map((text) => text.text()),
    before,
  );

  // They go on: as the same actors, and understood by one who has heard of none of this.
  updates.push(texts[1].edit(`> ${before[1]}`));
  assert.equal(texts[0].apply(updates.at(-1), 2), true);
  updates.push(texts[0].edit(`${texts[0].text()}!`));
  const late = engine.open('seed', 4);
  assert.equal(late.apply(engine.merge(updates)), true);
  assert.equal(late.text(), `> ${before[0]}!`);
  assert.equal(texts[0].text(), late.text());
});

test('an edit that traps each time is an error of that edit only', () => {
  const { engine, traps } = trapping();
  const text = engine.open('', 1);
  text.edit('one');
  assert.throws(() => text.edit('one trap'), WebAssembly.RuntimeError);
  assert.equal(traps(), 2);
  assert.equal(text.text(), 'one');
  assert.ok(text.edit('one two'));
  text.free();
});

test('bytes that were given stay the giver’s, and mean what they meant', () => {
  const { engine } = trapping();
  const [one, other] = [engine.open('', 1), engine.open('', 2)];
  const update = one.edit('text');
  other.apply(update);
  const kept = update.slice();
  update.fill(0);
  assert.equal(other.apply(new Uint8Array(3).fill(0xee)), false);
  assert.equal(other.text(), 'text');
  assert.equal(engine.open('', 3).apply(kept), true);
});

test('a stack that ends inside of the wasm', () => {
  const one = engine.open('', 1);
  const updates = [];
  const write = (next) => {
    const update = one.edit(next);
    if (update) updates.push(update);
  };
  const at = (depth, run) => (depth === 0 ? run() : at(depth - 1, run));
  const ends = (depth, run) => {
    try {
      at(depth, run);
      return false;
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error.stack));
      return true;
    }
  };
  let depth = 100_000;
  while (ends(depth, () => write(`${depth} deep`))) depth -= 50;
  // From where nothing fits to where all does: the stack ends in each call that an edit makes.
  let ended = 0;
  for (let above = 300; above >= 0; above -= 1) {
    ended += ends(depth + above, () => write(`${above} edits`));
    write(`${above} after`);
    assert.equal(one.text(), `${above} after`);
  }
  assert.ok(ended > 50, `${ended} times`);
  const other = engine.open('', 2);
  assert.ok(other.apply(engine.merge(updates)));
  assert.equal(other.text(), one.text());
});
