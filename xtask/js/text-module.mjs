// node text-module.mjs <directory of wasm-bindgen's output> <module> <what wasm-opt renamed>:
// what the entry for text imports from pkg/wasm.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inlined } from './inline.mjs';
import { built, replace } from './files.mjs';
import { withLateText, withoutFinalizers } from './glue.mjs';
import { withShortNames } from './names.mjs';

const [from, module, namesFile] = process.argv.slice(2);
const names = JSON.parse(await readFile(namesFile));
const name = 'parley_sync_text.js';

// Users do not meet its classes: the package itself frees their objects.
const glue = withoutFinalizers(withLateText(await readFile(join(from, name), 'utf8')));
await replace(join(built, name), withShortNames(glue, names));
await inlined('text-inline.js', module);
