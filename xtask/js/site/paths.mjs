// Where the site's sources are, and what package.json says that its pages repeat.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Where `cargo xtask demo` and the tests find the pages. */
export const target = join(
  process.env.CARGO_TARGET_DIR ? join(root, process.env.CARGO_TARGET_DIR) : join(root, 'target'),
  'site',
);

export const read = (path) => readFileSync(join(root, path), 'utf8');

export const manifest = JSON.parse(read('pkg/package.json'));

/** The repository as a page to open: `git+https://host/owner/name.git` without what git adds. */
export const source = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

export const install = `npm install ${manifest.name}`;
