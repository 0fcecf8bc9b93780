// node modules.mjs <directory of wasm-bindgen's output> <names in the parts> <part>...:
// what the entries of the package import from pkg/wasm.
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { inlined } from './inline.mjs';
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
import { withParts } from './parts.mjs';

const [from, namesFile, ...files] = process.argv.slice(2);
const names = JSON.parse(await readFile(namesFile));
const entries = await readdir(from, { recursive: true, withFileTypes: true });
const snippets = entries
  .filter((entry) => entry.isFile())
  .map((entry) => relative(from, join(entry.parentPath, entry.name)))
  .filter((file) => file.startsWith(`snippets${sep}`));

// Snippets of an earlier build, under another hash, must not be packed.
for (const folder of await readdir(join(built, 'snippets')).catch(() => [])) {
  if (!snippets.some((file) => file.startsWith(join('snippets', folder) + sep))) {
    await rm(join(built, 'snippets', folder), { recursive: true });
  }
}

// wasm-bindgen puts the crate's own JavaScript under a folder with a hash; the entries import it by names that stay.
for (const file of snippets) {
  await replace(join(built, file), await readFile(join(from, file)));
  if (!file.endsWith('.js')) continue;
  const target = `./${file.split(sep).join('/')}`;
  await replace(
    join(built, 'host', basename(file)),
    `// Built by \`cargo xtask build\`.\nexport * from '.${target}';\n`,
  );
}

const glue = withLateText(await readFile(join(from, 'parley_sync.js'), 'utf8'));
const checked = withInspection(withDisposal(withBoundMethods(withChecks(withoutFree(withoutDuplicates(glue))))));
const tidied = withBrand(withLateStart(withoutFinalizers(checked)));
await replace(join(built, 'parley_sync.js'), withParts(tidied, names));

/** A number as wasm writes it: LEB128. */
function leb(number) {
  const bytes = [];
  do {
    const rest = number >> 7;
    bytes.push((number & 127) | (rest === 0 ? 0 : 128));
    number = rest;
  } while (number !== 0);
  return Buffer.from(bytes);
}

function customSection(name, content) {
  const body = Buffer.concat([leb(name.length), Buffer.from(name), content]);
  return Buffer.concat([Buffer.of(0), leb(body.length), body]);
}

// The slim entry fetches one file: later parts are custom sections of the first. Where only modules compiled before may run, it
// is given them by themselves.
const whole = [];
for (const [index, part] of names.parts.entries()) {
  const wasm = await inlined(`inline-${part}.js`, files[index]);
  whole.push(index === 0 ? wasm : customSection(part, wasm));
  if (index > 0) await replace(join(built, `parley_sync_${part}_bg.wasm`), wasm);
}
await replace(join(built, 'parley_sync_bg.wasm'), Buffer.concat(whole));
