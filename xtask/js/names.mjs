// The names by which the wasm and its glue know each other, made short.
//
// wasm-bindgen ends each with a hash, which compresses to nothing less, and both sides spell them out: together 4 kB after
// brotli. Nobody else sees them.

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function replaced(text, pattern, by, what) {
  let count = 0;
  const result = text.replace(pattern, (...match) => {
    count += 1;
    return by(...match);
  });
  if (count === 0) throw new Error(`the glue does not name ${what}`);
  return result;
}

/**
 * The glue with the names the wasm has now. `imports` are [module, name, new name], `exports` [name, new name], as
 * `wasm-opt --minify-imports-and-exports-and-modules` prints them. Throws if the glue is not written as expected: a name
 * left over would be a module that does not start.
 */
export function withShortNames(glue, names) {
  if (names === null) return glue; // nothing was renamed
  const { imports, exports } = names;
  const open = glue.indexOf('function __wbg_get_imports() {');
  const close = glue.indexOf('\n}\n', open);
  if (open < 0 || close < 0) throw new Error('the glue has no __wbg_get_imports');
  let table = glue.slice(open, close);
  const rest = glue.slice(0, open) + '\0' + glue.slice(close);

  const taken = [];
  for (const [module, name, short] of imports) {
    if (module.endsWith('_bg.js')) {
      const key = new RegExp(`^        "?${escaped(name)}"?: `, 'm');
      table = replaced(table, key, () => `        ${short}: `, name);
      continue;
    }
    // A function of the crate's own JavaScript goes in as it is.
    const [, namespace] = new RegExp(`"${escaped(module)}": (\\w+),`).exec(table) ?? [];
    if (namespace === undefined) throw new Error(`the glue does not import ${module}`);
    taken.push(`        ${short}: ${namespace}.${name},\n`);
  }
  table = replaced(
    table,
    /^    return \{\n[\s\S]*?^    \};/m,
    () => `    return { __proto__: null, a: import0 };`,
    'its modules',
  );
  table = replaced(table, /^        __proto__: null,\n/m, (line) => line + taken.join(''), 'its imports');

  const short = new Map(exports);
  return rest
    .replace('\0', () => table)
    .replace(/\bwasm\.(\w+)/g, (_, name) => {
      if (!short.has(name)) throw new Error(`the wasm exports no ${name}`);
      return `wasm.${short.get(name)}`;
    });
}
