// What may be done with lists of changes: each law over changes drawn from a seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applied, composed, difference, inverted, moved } from '../../pkg/src/text-changes.js';
import { generator } from './lib.mjs';

test('changes compose, invert, and move over each other', () => {
  const { below } = generator(Number(process.env.PARLEY_SEED ?? 1));
  let letter = 0;
  const draw = (text) => {
    const points = Array.from({ length: 2 * (1 + below(3)) }, () => below(text.length + 1)).sort((a, b) => a - b);
    const changes = [];
    for (let at = 0; at < points.length; at += 2) {
      // Each letter once, so that it can be told what becomes of it.
      const insert = below(3) ? String.fromCharCode(0x4e00 + (letter++ % 20_000)).repeat(1 + below(2)) : '';
      changes.push({ from: points[at], to: Math.min(points[at + 1], points[at] + 4), insert });
    }
    return changes.filter(({ from, to, insert }) => to > from || insert !== '');
  };
  const inOrder = (changes, text) => {
    let passed = 0;
    for (const { from, to } of changes) {
      assert.ok(passed <= from && from <= to && to <= text.length, JSON.stringify(changes));
      passed = to;
    }
  };
  for (let i = 0; i < 20_000; i++) {
    const text = 'abcdefghij'.slice(0, below(11));
    const [mine, theirs] = [draw(text), draw(text)];
    const [afterMine, afterTheirs] = [applied(text, mine), applied(text, theirs)];
    const [mineMoved, theirsMoved] = [moved(mine, theirs), moved(theirs, mine, true)];
    inOrder(mineMoved, afterTheirs);
    inOrder(theirsMoved, afterMine);
    const both = applied(afterTheirs, mineMoved);
    assert.equal(both, applied(afterMine, theirsMoved), JSON.stringify({ text, mine, theirs }));
    for (const { insert } of [...mine, ...theirs]) for (const one of insert) assert.ok(both.includes(one));

    const next = draw(afterMine);
    const together = composed([mine, next]);
    inOrder(together, text);
    assert.equal(applied(text, together), applied(afterMine, next));
    assert.equal(applied(afterMine, inverted(mine, text)), text);
    const found = difference(text, afterMine);
    assert.equal(found === undefined ? text : applied(text, [found]), afterMine);
  }
});

test('a difference cuts no surrogate pair, and finds a letter in a long text', () => {
  for (const [before, after, expected] of [
    ['😀', '😁', { from: 0, to: 2, insert: '😁' }],
    ['a😀b', 'a🨀b', { from: 1, to: 3, insert: '🨀' }],
    ['aa', 'aaa', { from: 2, to: 2, insert: 'a' }],
    ['abab', 'ab', { from: 2, to: 4, insert: '' }],
    ['x'.repeat(10_000), `${'x'.repeat(5000)}y${'x'.repeat(5000)}`, { from: 5000, to: 5000, insert: 'y' }],
  ]) {
    assert.deepEqual(difference(before, after), expected);
  }
});
