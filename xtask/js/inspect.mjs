// What a console shows of the package's objects: their state, and not the place of an object of the module.

/** The same glue, whose objects hide their pointer and tell a console what they hold. */
export function withInspection(glue) {
  const hidden = glue.replace(
    /^(\s+)(obj|this)\.__wbg_ptr = (.+);$/gm,
    (_, indent, object, pointer) =>
      `${indent}Object.defineProperty(${object}, '__wbg_ptr', { value: ${pointer}, configurable: true });`,
  );
  if (hidden === glue || /\.__wbg_ptr = /.test(hidden)) throw new Error('the glue sets its pointers in a new way');
  return `${hidden.trimEnd()}

/** Names the objects of a class, and shows in Node's console what \`read\` says of one. */
export function makeInspectable(kind, name, read) {
    const show = function (depth, options, inspect) {
        const label = this?.constructor?.name || name;
        if (depth < 0) return \`[\${label}]\`;
        try {
            return \`\${label} \${inspect(read(this), options)}\`;
        } catch {
            // Destroyed, or the prototype.
            return \`\${label} {}\`;
        }
    };
    const hide = (key, value) => Object.defineProperty(kind.prototype, key, { value, configurable: true });
    hide(Symbol.toStringTag, name);
    hide(Symbol.for('nodejs.util.inspect.custom'), show);
}
makeInspectable(Parley, 'Parley', ({ instanceId, peers }) => ({ instanceId, peers }));
`;
}
