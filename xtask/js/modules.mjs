// node modules.mjs <name> <file for the wasm as text> <directory of wasm-bindgen's output> <what wasm-opt renamed>:
// what the entries of the package import from pkg/wasm.
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inlineModule } from './encode.mjs';
import { built, replace } from './files.mjs';
import {
  withBoundMethods,
  withBrand,
  withChecks,
  withDisposal,
  withLateStart,
  withLateText,
  withoutDuplicates,
  withoutFinalizers,
  withoutFree,
} from './glue.mjs';
import { withInspection } from './inspect.mjs';
import { withShortNames } from './names.mjs';

const [name, inlineName, from, namesFile] = process.argv.slice(2);
const names = JSON.parse(await readFile(namesFile));
const main = name === 'parley_sync';
const entries = await readdir(from, { recursive: true, withFileTypes: true });
const files = entries
  .filter((entry) => entry.isFile())
  .map((entry) => relative(from, join(entry.parentPath, entry.name)));

// Snippets of an earlier build, under another hash, must not be packed. Only the main module has any.
for (const folder of await readdir(join(built, 'snippets')).catch(() => [])) {
  if (main && !files.some((file) => file.startsWith(join('snippets', folder) + sep))) {
    await rm(join(built, 'snippets', folder), { recursive: true });
  }
}

/** Users meet the classes of the main module; those of the other are freed by the package itself. */
const tidied = (glue) => {
  const late = withLateText(glue);
  if (!main) return withoutFinalizers(late);
  const checked = withInspection(withDisposal(withBoundMethods(withChecks(withoutFree(withoutDuplicates(late))))));
  return withBrand(withLateStart(withoutFinalizers(checked)));
};

for (const file of files) {
  const content = await readFile(join(from, file));
  // Only the slim entry fetches a wasm, the main one.
  if (file.endsWith('.wasm') && !main) continue;
  await replace(join(built, file), file === `${name}.js` ? withShortNames(tidied(String(content)), names) : content);
}

// wasm-bindgen puts the crate's own JavaScript under a folder with a hash; the entries import it by names that stay.
for (const file of files.filter((file) => file.startsWith(`snippets${sep}`) && file.endsWith('.js'))) {
  const target = `./${file.split(sep).join('/')}`;
  await replace(
    join(built, 'host', basename(file)),
    `// Built by \`cargo xtask build\`.\nexport * from '.${target}';\n`,
  );
}

const wasm = await readFile(join(from, `${name}_bg.wasm`));
const inline = join(built, inlineName);
await replace(inline, inlineModule(`${name}_bg.wasm`, wasm));

const { bytes } = await import(`${pathToFileURL(inline)}?${process.pid}`);
if (!wasm.equals(bytes())) throw new Error('the inlined module does not decode to the wasm it was made from');
