// Entries of allowedOrigins against the URL parser of the platform: what is taken for an origin is one there too, in the same
// normal form; and whose message is answered is decided by comparing what the platform reports.
import assert from 'node:assert/strict';
import { quiet } from './clock.mjs';
import { Page, Wires } from './page.mjs';

export const name = 'origins';
export const what = 'spellings of origins, against the URL parser of the platform';

const PARTS = ['app', 'example', '.', '.', '-', 'App', 'EXAMPLE', 'co.uk', 'localhost', 'xn--bcher-kva', 'bücher', '127.0.0.1', '127.1',
  '0x7f.1', '[::1]', '[::]', '[1:2::3]', '[0:0::1]', '[::ffff:1.2.3.4]', ':80', ':443', ':0', ':8080', ':65536', ':080', '@', 'user@', '/', '?',
  '#', '\\', '%41', '_', ' ', '\t', '*', '*.', '1', '0', '0x1', '..']; // prettier-ignore
const SCHEMES = [
  'https://',
  'http://',
  'HTTPS://',
  'ws://',
  'wss://',
  'ftp://',
  'https:',
  '//',
  '',
  'file://',
  'https:/',
  'app://',
];
const SPECIAL = /^(https?|wss?|ftp):/i;

const text = (dice) => dice.pick(SCHEMES) + Array.from({ length: dice.between(1, 5) }, () => dice.pick(PARTS)).join('');

const originOf = (spelling) => {
  try {
    return new URL(spelling).origin;
  } catch {
    return undefined;
  }
};

let loaded;
let page;
const wires = new Wires();

export async function setup() {
  page = new Page(wires, 'https://own.example');
  loaded = page.load();
}

/** Whether a window that lists the entry says hello to one of that origin; undefined if the entry is refused. */
const answers = async (entry, origins) => {
  let parley;
  try {
    parley = loaded.Parley.create({ allowedOrigins: [entry] });
  } catch (error) {
    assert.equal(error.code, 'ERR_CONFIG');
    return undefined;
  }
  const heard = origins.map((origin) => {
    const stranger = new Page(wires, origin);
    page.hear({ parley: 1, step: 'knock' }, [], origin, stranger);
    while (wires.move(() => 0));
    return stranger.heard.length > 0;
  });
  parley.destroy();
  // It no longer listens when its turn is over.
  await quiet();
  return heard;
};

/** One case; returns how many entries were tried. */
export async function run(dice) {
  const count = 10;
  for (let left = count; left > 0; left--) {
    const entry = text(dice);
    const other = originOf(text(dice)) ?? 'https://app.example';
    const theirs = originOf(entry);
    const isPattern = entry.includes('*');
    const origins = [theirs ?? 'https://app.example', other, 'null', '', 'https://evil.example'];
    const heard = await answers(entry, origins);
    if (heard === undefined) continue;
    assert.ok(!heard[2] && !heard[3], `${entry} lets in what has no origin`);
    if (isPattern) {
      const suffix = entry
        .toLowerCase()
        .replace(/^.*\*\./, '')
        .replace(/\/$/, '');
      for (const [at, origin] of origins.entries()) {
        if (heard[at])
          assert.ok(
            origin.replace(/:(80|443|\d+)$/, '').endsWith(`.${suffix.replace(/:\d+$/, '')}`),
            `${entry} lets in ${origin}`,
          );
      }
      continue;
    }
    // Punycode that stands for nothing is no browser's, and so nobody's.
    if (theirs === undefined && entry.toLowerCase().includes('xn--')) continue;
    assert.notEqual(theirs, undefined, `${entry} is taken for an origin, and is none`);
    if (!SPECIAL.test(entry)) continue;
    assert.ok(heard[0], `${entry} does not let in ${theirs}, as which it is reported`);
    assert.equal(heard[1], other === theirs, `${entry} and ${other}`);
    assert.equal(heard[4], theirs === 'https://evil.example', `${entry} lets in another`);
  }
  return count;
}
