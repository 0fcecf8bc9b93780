// node unpacker.mjs <module>: `pkg/wasm/unpack.js`, with the wasm that unpacks the others.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { built, replace } from './files.mjs';

const source = await readFile(new URL('unpack.js', import.meta.url), 'utf8');
const wasm = await readFile(process.argv[2]);
await replace(
  join(built, 'unpack.js'),
  `// Built by \`cargo xtask build\` from \`packing\`.\n${source.replace('UNPACKER', wasm.toString('hex'))}`,
);
