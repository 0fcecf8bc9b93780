// Where the package is, and writing a file so that no reader sees half of it.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const packageDirectory = join(root, 'pkg');
export const built = join(packageDirectory, 'wasm');

/** Replaces the file in one step; says whether it changed. */
export async function replace(path, content) {
  const bytes = Buffer.from(content);
  const before = await readFile(path).catch(() => null);
  if (before?.equals(bytes)) return false;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
  return true;
}
