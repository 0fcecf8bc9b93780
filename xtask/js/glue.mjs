// What wasm-bindgen writes, less what a user should not meet.

/**
 * Without `free()` and `Symbol.dispose`: an object is freed when nobody holds it any more. Freed by hand, its next call
 * would be an error that says nothing.
 */
export function withoutFree(glue) {
  return glue.replace(/^    free\(\) \{\n[\s\S]*?^    \}\n/gm, '').replace(/^if \(Symbol\.dispose\).*\n/gm, '');
}

/**
 * A method that was taken off its object, or that is called on another, is told so: the module would take any number it finds
 * there for the place of an object of its own.
 */
export function withChecks(glue) {
  const checked = glue.replace(/^export class (\w+) \{\n[\s\S]*?^\}\n/gm, (text, name) =>
    text.replace(/(?<=wasm\.\w+\([^)\n]*)this\.__wbg_ptr/g, `pointerOf(this, ${name})`),
  );
  return `${checked}
function pointerOf(object, kind) {
    const pointer = object instanceof kind ? object.__wbg_ptr : 0;
    if (typeof pointer !== 'number' || !(pointer > 0)) {
        throw makeError('ERR_ARGUMENT', \`a method of \${kind.name} was called on something else: call it as object.method()\`);
    }
    return pointer;
}
`;
}

// wasm-bindgen names a module of the crate once for each block of Rust that imports from it: one import and one key of the
// import object each time. The later ones say nothing new, and bundlers warn of the keys.

/** The same glue, each module named once. */
export function withoutDuplicates(glue) {
  const first = new Map();
  const dropped = new Set();
  return glue
    .split('\n')
    .filter((line) => {
      const [, name, path] = /^import \* as (\w+) from "([^"]+)";?$/.exec(line) ?? [];
      if (name === undefined) {
        const [, value] = /^\s+"[^"]+": (\w+),$/.exec(line) ?? [];
        return !dropped.has(value);
      }
      if (first.has(path)) dropped.add(name);
      else first.set(path, name);
      return !dropped.has(name);
    })
    .join('\n');
}
