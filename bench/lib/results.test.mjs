// What becomes of numbers: ratios, medians, who is faster, the picture.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from './format.mjs';
import { readOptions } from './options.mjs';
import { picture } from './picture.mjs';
import { compare, fastest, quantile } from './statistics.mjs';

const machine = { chromium: '1', processor: '2 x <fast & "new">', date: '2026-01-01' };
const row = (results) => ({ key: 'k', name: 'a row', unit: 'ms', results, left: {}, fastest: fastest(results) });

test('quantiles lie between neighbours in proportion, whatever the order', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([10, 0], 0.25), 2.5);
  assert.equal(quantile([7], 0.75), 7);
});

test('a ratio is to the raw channel of the same round', () => {
  // The machine became ten times slower after the first round; the ratio did not change.
  const results = compare([
    { raw: 1, parley: 2 },
    { raw: 10, parley: 20 },
    { raw: 10, parley: 20 },
  ]);
  assert.deepEqual(results.parley.ratio, { median: 2, low: 2, high: 2 });
  assert.equal(results.parley.value.median, 20);
});

test('who missed a round has the others, and no raw channel means no ratio', () => {
  const results = compare([
    { raw: 2, parley: 2, yjs: 6 },
    { raw: 2, parley: 2 },
  ]);
  assert.equal(results.yjs.rounds, 1);
  assert.equal(results.yjs.ratio.median, 3);
  assert.equal(compare([{ parley: 3 }]).parley.ratio, undefined);
});

test('a faster peer is named, with how much', () => {
  const nameOf = (id) => id;
  const of = (round) => verdict(row(compare([round])), nameOf);
  assert.equal(of({ raw: 1, parley: 4, yjs: 2 }), 'yjs, by 2.0 times');
  assert.equal(of({ raw: 1, parley: 2, yjs: 4 }), 'parley-sync');
  assert.equal(of({ raw: 1, parley: 2.02, yjs: 2 }), 'parley-sync and yjs');
});

test('the picture has a mark for everyone in a row, and says in words what it shows', () => {
  const svg = picture({ machine, rounds: 3, rows: [row(compare([{ raw: 1, parley: 4, yjs: 2, loro: 30 }]))] });
  assert.match(svg, /<desc id="desc">a row: parley-sync 4\.00, Yjs 2\.00, Loro 30</);
  for (const id of ['parley', 'yjs', 'loro']) assert.ok(svg.includes(`class="bar ${id}"`), id);
  assert.match(svg, /least: Yjs, by 2\.0 times/);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.ok(svg.includes('2 x &#60;fast &#38; &#34;new&#34;&#62;'), 'text is escaped');
  assert.ok(!/NaN|undefined|Infinity/.test(svg));
});

test('a row that we are not in, or that has no raw channel, is not drawn', () => {
  const svg = picture({
    machine,
    rounds: 3,
    rows: [row(compare([{ raw: 1, yjs: 2 }])), row(compare([{ parley: 2 }]))],
  });
  assert.ok(!svg.includes('a row'));
});

test('a whole run takes ten minutes, a quick one three; only a whole one is saved', () => {
  assert.deepEqual([readOptions([]).rounds, readOptions([]).minutes], [7, 10]);
  assert.deepEqual([readOptions(['--quick']).rounds, readOptions(['--quick']).minutes], [3, 3]);
  assert.equal(readOptions(['--quick', '--rounds', '5']).rounds, 5);
  assert.deepEqual(readOptions(['--only', 'Late', '--only', 'key']).only, ['late', 'key']);
  for (const words of [['--rounds'], ['--rounds', '0'], ['--rounds', 'x'], ['--only', '--quick'], ['--fast']]) {
    assert.throws(() => readOptions(words), /wants|no option/, words.join(' '));
  }
  for (const more of [['--quick'], ['--only', 'late']])
    assert.throws(() => readOptions(['--save', ...more]), /whole run/);
});
