// node modules.mjs <directory of wasm-bindgen's output> <what wasm-opt renamed>: what the entries of the package import from pkg/wasm.
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inlineModule } from './encode.mjs';
import { built, replace } from './files.mjs';
import { withoutDuplicates, withoutFree } from './glue.mjs';
import { withShortNames } from './names.mjs';

const from = process.argv[2];
const names = JSON.parse(await readFile(process.argv[3]));
const entries = await readdir(from, { recursive: true, withFileTypes: true });
const files = entries
  .filter((entry) => entry.isFile())
  .map((entry) => relative(from, join(entry.parentPath, entry.name)));

// Snippets of an earlier build, under another hash, must not be packed.
for (const folder of await readdir(join(built, 'snippets')).catch(() => [])) {
  if (!files.some((file) => file.startsWith(join('snippets', folder) + sep))) {
    await rm(join(built, 'snippets', folder), { recursive: true });
  }
}

for (const file of files) {
  const content = await readFile(join(from, file));
  await replace(
    join(built, file),
    file === 'parley_sync.js' ? withShortNames(withoutFree(withoutDuplicates(String(content))), names) : content,
  );
}

// wasm-bindgen puts the crate's own JavaScript under a folder with a hash; the entries import it by names that stay.
for (const file of files.filter((file) => file.startsWith(`snippets${sep}`) && file.endsWith('.js'))) {
  const target = `./${file.split(sep).join('/')}`;
  await replace(
    join(built, 'host', basename(file)),
    `// Built by \`cargo xtask build\`.\nexport * from '.${target}';\n`,
  );
}

const wasm = await readFile(join(from, 'parley_sync_bg.wasm'));
const inline = join(built, 'inline.js');
await replace(inline, inlineModule(wasm));

const { bytes } = await import(`${pathToFileURL(inline)}?${process.pid}`);
if (!wasm.equals(bytes())) throw new Error('the inlined module does not decode to the wasm it was made from');
