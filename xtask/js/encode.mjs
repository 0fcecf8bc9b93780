// The wasm module as a JavaScript string of printable ASCII.
//
// Frequent bytes become one character, the others two. Bytes stay aligned to characters, so what compresses in the
// wasm still compresses in the text: after brotli about 5 % above the bare module, where base64 is a third above it.
// Printable ASCII survives every bundler, minifier, editor and page encoding.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { built, replace } from './files.mjs';

// Quotes, backslash, backtick, dollar and '<' would need care in literals, templates or inline scripts.
const ALPHABET = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((character) => !'"\'\\`$<'.includes(character))
  .join('');

// The two first characters announce a rare byte; its second character says which.
const PREFIXES = 2;
const FREQUENT = ALPHABET.length - PREFIXES;

/** The bytes by descending frequency; ties by value, so that equal input gives equal output. */
function byFrequency(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  return [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
}

/** The text, and the order of bytes that a reader needs. */
export function encode(bytes) {
  const order = byFrequency(bytes);
  const code = new Array(256);
  order.forEach((byte, rank) => {
    const rare = rank - FREQUENT;
    code[byte] =
      rare < 0
        ? ALPHABET[rank + PREFIXES]
        : ALPHABET[Math.floor(rare / ALPHABET.length)] + ALPHABET[rare % ALPHABET.length];
  });
  return { order, text: Array.from(bytes, (byte) => code[byte]).join('') };
}

/** A module that exports `bytes()`: the wasm, decoded. */
export function inlineModule(name, wasm) {
  const { order, text } = encode(wasm);
  const hex = order.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `// Built by \`cargo xtask build\`: ${name} as text.
const alphabet = ${JSON.stringify(ALPHABET)};
const order = ${JSON.stringify(hex)};
const text = ${JSON.stringify(text)};

export function bytes() {
  const ranks = new Uint8Array(128);
  for (let i = 0; i < alphabet.length; i++) ranks[alphabet.charCodeAt(i)] = i;
  const byteOf = (rank) => parseInt(order.slice(rank * 2, rank * 2 + 2), 16);
  const table = Uint8Array.from({ length: 256 }, (_, rank) => byteOf(rank));
  const out = new Uint8Array(${wasm.length});
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const first = ranks[text.charCodeAt(i)];
    out[length++] =
      first < ${PREFIXES}
        ? table[${FREQUENT} + first * ${ALPHABET.length} + ranks[text.charCodeAt(++i)]]
        : table[first - ${PREFIXES}];
  }
  return out;
}
`;
}

/** Writes a wasm into a module of `pkg/wasm` that exports `bytes()`; returns its bytes. */
export async function inlined(file, path) {
  const wasm = await readFile(path);
  const target = join(built, file);
  await replace(target, inlineModule(basename(path), wasm));
  const { bytes } = await import(`${pathToFileURL(target)}?${process.pid}`);
  if (!wasm.equals(bytes())) throw new Error(`${file} does not decode to the wasm it was made from`);
  return wasm;
}
