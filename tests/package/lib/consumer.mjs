// A user's project: a copy of the fixtures with the packed tarball installed, and nothing of the checkout in reach.
import { access, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './programs.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
export const checkout = join(here, '../..');
export const fixtures = join(here, 'fixtures');
export const consumer = join(here, 'consumer');
export const installed = join(consumer, 'node_modules/parley-sync');

/** The optional peer of `parley-sync/json-schema`, on disk. */
export const validator = join(here, 'node_modules/@cfworker/json-schema');

/** The path of what was packed last. */
export async function tarball() {
  const { version } = JSON.parse(await readFile(join(checkout, 'pkg/package.json'), 'utf8'));
  const path = join(checkout, `pkg/parley-sync-${version}.tgz`);
  await access(path).catch(() => {
    throw new Error(`there is no ${path}: run cargo xtask build`);
  });
  return path;
}

/** Makes the project `place` of copies of these folders, and installs the tarball into it, and these packages from disk. */
export async function install(place = consumer, folders = [fixtures], others = []) {
  await rm(place, { recursive: true, force: true });
  await mkdir(place);
  for (const folder of folders) await cp(folder, place, { recursive: true });
  await writeFile(join(place, 'package.json'), '{ "name": "consumer", "private": true }\n');
  // It has no dependencies, and what else is installed is on disk: nothing is asked of a registry.
  const parameters = [
    'install',
    '--offline',
    '--install-links',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
  ];
  await run('npm', [...parameters, await tarball(), ...others], { cwd: place });
  await mkdir(join(place, 'out'), { recursive: true });
}
