// The wasm in modules of JavaScript: packed, as printable text (the crate `packing`).
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { built, replace } from './files.mjs';

/**
 * Writes a wasm, whose packed text stands beside it, into a module of `pkg/wasm` that exports `bytes()`; returns its bytes.
 * Throws if it would not unpack to the same.
 */
export async function inlined(file, path) {
  const wasm = await readFile(path);
  const text = await readFile(`${path}.txt`, 'utf8');
  const target = join(built, file);
  await replace(
    target,
    `// Built by \`cargo xtask build\`: ${basename(path)}, packed.
import { unpack } from './unpack.js';

const text = ${JSON.stringify(text)};

export const bytes = () => unpack(text, ${wasm.length});
`,
  );
  const { bytes } = await import(`${pathToFileURL(target)}?${process.pid}`);
  if (!wasm.equals(bytes())) throw new Error(`${file} does not unpack to the wasm it was made from`);
  return wasm;
}
