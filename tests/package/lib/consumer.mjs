// A user's project: a copy of the fixtures with the packed tarball installed, and nothing of the checkout in reach.
import { access, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './programs.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
export const checkout = join(here, '../..');
export const consumer = join(here, 'consumer');
export const installed = join(consumer, 'node_modules/parley-sync');

export async function install() {
  const { version } = JSON.parse(await readFile(join(checkout, 'pkg/package.json'), 'utf8'));
  const tarball = join(checkout, `pkg/parley-sync-${version}.tgz`);
  await access(tarball).catch(() => {
    throw new Error(`there is no ${tarball}: run cargo xtask build`);
  });
  await rm(consumer, { recursive: true, force: true });
  await mkdir(consumer);
  await cp(join(here, 'fixtures'), consumer, { recursive: true });
  await writeFile(join(consumer, 'package.json'), '{ "name": "consumer", "private": true }\n');
  // It has no dependencies: nothing is asked of a registry.
  const parameters = ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', tarball];
  await run('npm', parameters, { cwd: consumer });
}
