// The registry: a scenario file calls scenario() for each of its tests.
const all = [];
let theme = '';

/**
 * Declares one test. `options.needs` names abilities the driver must have ('crash', 'bfcache'),
 * `options.timeout` its limit in ms, `options.hides` that tabs nobody looks at are to be hidden, as for users;
 * `options.alone` that it measures time or work, and nothing else may run meanwhile.
 */
export function scenario(name, run, options = {}) {
  all.push({ name: `${theme}: ${name}`, run, timeout: 20_000, needs: [], alone: false, ...options });
}

/** Imports the files in order, and returns what they declared. */
export async function collect(files) {
  for (const file of files) {
    theme = file.pathname.split('/').pop().replace('.mjs', '');
    await import(file);
  }
  return all;
}
