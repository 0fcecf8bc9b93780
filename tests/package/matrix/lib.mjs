// Where the project of these checks is: below the packages that they install, so that it finds them.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const consumer = join(here, 'consumer');
export const own = join(here, 'fixtures');
export const modules = join(here, 'node_modules');
