// Documentation that names a file of a CDN names its hash too: `sha384-(wasm/parley-sync.iife.js)` stands for that of the file built last.
// node xtask/js/integrity.mjs <package> writes the hashes into the pages of a package.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const hashOf = (path) => `sha384-${createHash('sha384').update(readFileSync(path)).digest('base64')}`;

/** The text with the hashes of the files of this package; a file that is not there throws. */
export const withIntegrity = (text, directory) =>
  text.replace(/sha384-\(([\w./-]+)\)/g, (_, file) => hashOf(join(directory, file)));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , directory] = process.argv;
  const names = readdirSync(directory, { recursive: true }).filter((name) => name.endsWith('.md'));
  for (const page of names.map((name) => join(directory, name))) {
    const text = readFileSync(page, 'utf8');
    const filled = withIntegrity(text, directory);
    if (filled !== text) writeFileSync(page, filled);
  }
}
