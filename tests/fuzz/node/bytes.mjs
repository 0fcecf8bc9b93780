// Frames as bytes, for links that carry nothing else: what was written is what is read, and any other bytes are no frame, soon.
import assert from 'node:assert/strict';
import { fromBytes, toBytes } from '../../../pkg/wasm/host/bytes.js';
import { realNow } from './clock.mjs';
import { setup as record, corpus } from './frames.mjs';
import { assertSame, odd } from './values.mjs';

export const name = 'bytes';
export const what = 'bytes of real frames and odd values, changed, cut and spliced, to the decoder of links';
export const setup = record;

const changed = (bytes, other, dice) => {
  let out = bytes.slice();
  for (let changes = dice.between(1, 4); changes > 0; changes--) {
    const at = dice.below(out.length + 1);
    const how = dice.below(5);
    if (how === 0) out = out.slice(0, at);
    else if (how === 1) out = Uint8Array.from([...out.slice(0, at), ...other.slice(dice.below(other.length + 1))]);
    else if (how === 2) out = Uint8Array.from([...out.slice(0, at), dice.pick([0, 127, 128, 255]), ...out.slice(at)]);
    else if (at < out.length) out[at] = dice.below(256);
  }
  return out;
};

/** One of each kind that has bytes of its own. */
const kinds = () => {
  const shared = {};
  return [
    10n ** 30n,
    /x/g,
    new Date(0),
    new Map([[1, shared]]),
    new Set([shared]),
    new RangeError('e'),
    new Uint8Array(3),
    '\ud800',
    Array(9),
  ];
};

/** One case; returns how many bytes' worth of frames it read. */
export async function run(dice) {
  const values = Array.from({ length: 3 }, () => (dice.once(2) ? odd(dice) : structuredClone(dice.pick(corpus()))));
  values.push(kinds());
  const written = [];
  for (const value of values) {
    let bytes;
    try {
      bytes = toBytes(value);
    } catch (error) {
      assert.equal(error.code, 'ERR_SERIALIZATION');
      continue;
    }
    assertSame(fromBytes(bytes), value, 'what was written is what is read');
    written.push(bytes);
  }
  if (written.length === 0) return 0;
  const count = 40;
  for (let left = count; left > 0; left--) {
    const bytes = dice.once(8)
      ? Uint8Array.from({ length: dice.below(40) }, () => dice.below(256))
      : changed(dice.pick(written), dice.pick(written), dice);
    const begun = realNow();
    const value = fromBytes(bytes);
    const took = realNow() - begun;
    if (took > 5000)
      assert.fail(`too slow: ${Math.round(took)} ms for ${Buffer.from(bytes).toString('hex').slice(0, 400)}`);
    // What is a frame can be written again, or says why not.
    if (value !== undefined && !dice.once(4)) {
      try {
        toBytes(value);
      } catch (error) {
        assert.equal(error.code, 'ERR_SERIALIZATION');
      }
    }
  }
  return count;
}
