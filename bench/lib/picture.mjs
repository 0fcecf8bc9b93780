// The table as a picture (SVG), for light and dark pages: for each row a line on which everyone has a mark, to the right the slower.
import { contenders } from '../contenders.mjs';
import { times, verdict } from './format.mjs';

const WIDTH = 1080;
const [LEFT, RIGHT, TOP, ROW] = [370, 745, 96, 30];
const COLOURS = {
  parley: ['#c2410c', '#fb923c'],
  penpal: ['#1d4ed8', '#60a5fa'],
  comlink: ['#7e22ce', '#c084fc'],
  parleyjs: ['#57534e', '#a8a29e'],
  'redux-state-sync': ['#a16207', '#facc15'],
  'use-broadcast': ['#be185d', '#f472b6'],
  tinybase: ['#0f766e', '#2dd4bf'],
  yjs: ['#15803d', '#4ade80'],
  loro: ['#4338ca', '#a5b4fc'],
};

const nameOf = (id) => contenders.find((one) => one.id === id).name;
const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${escape(words)}</text>`;

/** The scale is logarithmic: twice as slow is as far everywhere. */
function scale(ratios) {
  const [low, high] = [Math.min(0.5, ...ratios) / 1.15, Math.max(2, ...ratios) * 1.15].map(Math.log);
  return (ratio) => LEFT + ((Math.log(ratio) - low) / (high - low)) * (RIGHT - LEFT);
}

export function picture({ machine, rounds, rows }) {
  const drawn = rows.filter(({ results }) => results.raw && results.parley?.ratio);
  const height = TOP + drawn.length * ROW + 60;
  const ratios = drawn.flatMap(({ results }) => Object.values(results).map(({ ratio }) => ratio.median));
  const x = scale(ratios);
  const seen = Object.keys(COLOURS).filter((id) => drawn.some(({ results }) => results[id]));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">How fast parley-sync is beside raw channels and other libraries</title>
<desc id="desc">${escape(drawn.map((row) => `${row.name}: ${sentence(row)}`).join('. '))}</desc>
${style(seen)}
<rect class="page" width="${WIDTH}" height="${height}" rx="8" />
${text(20, 32, 'Times of the raw channel of the same round: further left is faster', 'class="head"')}
${legend(seen)}
${axis(x, ratios, height)}
${drawn.map((row, at) => line(row, TOP + at * ROW + ROW / 2, x)).join('\n')}
${text(20, height - 18, `Chromium ${machine.chromium}, ${machine.processor}, ${machine.date}; medians of ${rounds} rounds, the bar from quartile to quartile`, 'class="dim"')}
</svg>
`;
}

const sentence = (row) =>
  Object.entries(row.results)
    .filter(([id]) => id !== 'raw')
    .map(([id, { ratio }]) => `${nameOf(id)} ${times(ratio.median)}`)
    .join(', ');

function style(seen) {
  const colours = (at) =>
    seen.map((id) => `.${id} { fill: ${COLOURS[id][at]}; stroke: ${COLOURS[id][at]}; }`).join(' ');
  return `<style>
text { font: 13px system-ui, sans-serif; fill: #1c1917; stroke: none; }
.head { font-size: 15px; font-weight: 600; } .dim { fill: #57534e; font-size: 12px; } .page { fill: #ffffff; }
.grid { stroke: #e7e5e4; } .one { stroke: #78716c; } .end { text-anchor: end; } .mid { text-anchor: middle; }
.bar { stroke-width: 3; stroke-opacity: 0.45; } ${colours(0)}
@media (prefers-color-scheme: dark) {
text { fill: #f5f5f4; } .dim { fill: #a8a29e; } .page { fill: #1c1917; } .grid { stroke: #44403c; } .one { stroke: #a8a29e; }
${colours(1)}
}
</style>`;
}

function legend(seen) {
  let x = 20;
  return seen
    .map((id) => {
      const entry = mark(id, x + 6, 55) + text(x + 17, 59.5, nameOf(id), id === 'parley' ? 'font-weight="600"' : '');
      x += 34 + nameOf(id).length * 7.2;
      return entry;
    })
    .join('\n');
}

/** Ours is a diamond, so that colour alone does not tell it. */
const mark = (id, x, y) =>
  id === 'parley'
    ? `<path class="${id}" d="M${x} ${y - 7}l7 7l-7 7l-7 -7z" />`
    : `<circle class="${id}" cx="${x}" cy="${y}" r="4.5" />`;

function axis(x, ratios, height) {
  const marks = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300].filter((at) => x(at) >= LEFT && x(at) <= RIGHT);
  return marks
    .map((at) => {
      const [place, bottom] = [x(at).toFixed(1), height - 48];
      const rule = `<line class="${at === 1 ? 'one' : 'grid'}" x1="${place}" x2="${place}" y1="${TOP - 6}" y2="${bottom}" />`;
      return rule + text(place, TOP - 12, at === 1 ? 'raw' : `${at}`, 'class="dim mid"');
    })
    .join('\n');
}

function line(row, y, x) {
  const { raw, parley, ...others } = row.results;
  const one = ([id, { ratio }]) => {
    const [low, high] = [x(ratio.low), x(ratio.high)].map((at) => at.toFixed(1));
    const bar = `<line class="bar ${id}" x1="${low}" x2="${high}" y1="${y}" y2="${y}" />`;
    return `<g><title>${escape(`${nameOf(id)} ${times(ratio.median)}`)}</title>${bar}${mark(id, Number(x(ratio.median).toFixed(1)), y)}</g>`;
  };
  return [
    text(20, y + 4.5, row.name.length > 46 ? row.name.replace('page and cross-origin frame', 'frame') : row.name),
    text(RIGHT + 20, y + 4.5, `${times(parley.ratio.median)}`, 'font-weight="600"'),
    text(RIGHT + 64, y + 4.5, `least: ${verdict(row, nameOf)}`, 'class="dim"'),
    // Ours last, so that nothing covers it.
    ...[...Object.entries(others), ['parley', parley]].map(one),
  ].join('\n');
}
