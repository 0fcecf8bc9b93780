// The glue of a wasm that was split into parts: the first is there from the beginning, the others are instantiated beside it when
// they are first used. Names are those by which the parts know each other, which are short.

const ENTRY = /^ {8}(?:"([^"]+)"|(\w+)): [\s\S]*?(?=^ {8}(?:"[^"]+"|\w+): |^ {4}\};)/gm;

/** The functions that the glue offers to the wasm, each as the text of an entry, by name. */
function entriesOf(table) {
  const entries = new Map();
  for (const [text, quoted, bare] of table.matchAll(ENTRY)) entries.set(quoted ?? bare, text);
  return entries;
}

const capital = (name) => name[0].toUpperCase() + name.slice(1);

/** What is done to the classes of a part when it is started: done before, no bundler could leave them out. */
const PREPARED = {
  conflicts: '',
  gateways: '',
  states: `makeDisposable(SyncedState, (state) => state.flush());
    makeInspectable(SyncedState, 'SyncedState', (state) => state.getState());`,
  stores: `makeDisposable(SyncedStore);
    makeInspectable(SyncedStore, 'SyncedStore', (store) => store.getState());`,
};

/** What a later part is started by; `wake` reads an export of each part that it adds to, which starts it. */
const starting = (part, wake, earlier) => `
let start${capital(part)};

/** What instantiates the part for ${part} when it is first used; it throws if it cannot. */
export function start${capital(part)}With(run) {
    start${capital(part)} = run;
}

const unready${capital(part)} = unreadyPart(() => {
    if (start${capital(part)} === undefined) throw notInitialised();
    start${capital(part)}();
    return ${part};
});
let ${part} = unready${capital(part)};

const ${part}Needs = () => {
    ${wake}
    ${PREPARED[part]}
    return { __proto__: null, a: __wbg_get_${part}_imports(), ${earlier} };
};

/** Instantiates the part for ${part}, from its bytes or from a module. */
export function init${capital(part)}Sync(source) {
    if (${part} !== unready${capital(part)}) return;
    const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
    ${part} = new WebAssembly.Instance(module, ${part}Needs()).exports;
}

/** The same without blocking; by default from where the file of the slim entry has it. */
export async function init${capital(part)}(source = WebAssembly.Module.customSections(wasmModule, '${part}')[0]) {
    if (${part} !== unready${capital(part)}) return;
    const compiled = await WebAssembly.instantiate(source, ${part}Needs());
    if (${part} === unready${capital(part)}) ${part} = (compiled.instance ?? compiled).exports;
}
`;

/** The module by which others import from a part: b, c, and so on, as xtask/src/build/split/write.rs calls it. */
const namespace = (part) => String.fromCharCode('b'.charCodeAt(0) + part);

const COMMON = `
const unreadyPart = (start) => new Proxy({}, { get: (_, name) => start()[name] });
`;

/**
 * The glue with the names that the parts have now: `parts` are their names, `parents` which part each adds to, `imports`
 * [module, name, new name, part], `exports` [name, new name, part]. Throws if the glue is not written as expected: a name left over would be a module that does not start.
 */
export function withParts(glue, { parts, parents, imports, exports }) {
  const open = glue.indexOf('function __wbg_get_imports() {');
  const close = glue.indexOf('\n}\n', open) + 3;
  if (open < 0 || close < 3) throw new Error('the glue has no __wbg_get_imports');
  const table = glue.slice(open, close);
  const entries = entriesOf(table);

  const offers = parts.map(() => []);
  for (const [module, name, short, part] of imports) {
    if (module.endsWith('_bg.js')) {
      const entry = entries.get(name);
      if (entry === undefined) throw new Error(`the glue has no ${name}`);
      offers[part].push(entry.replace(/^ {8}(?:"[^"]+"|\w+): /, `        ${short}: `));
      continue;
    }
    // A function of the crate's own JavaScript goes in as it is.
    const escaped = module.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const [, namespace] = new RegExp(`"${escaped}": (\\w+),`).exec(table) ?? [];
    if (namespace === undefined) throw new Error(`the glue does not import ${module}`);
    offers[part].push(`        ${short}: ${namespace}.${name},\n`);
  }
  const tables = offers.map((offer, part) => {
    const text = `{\n        __proto__: null,\n${offer.join('')}    }`;
    return part === 0
      ? `function __wbg_get_imports() {\n    return { __proto__: null, a: ${text} };\n}\n`
      : `function __wbg_get_${parts[part]}_imports() {\n    return ${text};\n}\n`;
  });

  // The first part is called `wasm` in the glue, as wasm-bindgen does.
  const variables = ['wasm', ...parts.slice(1)];
  const places = new Map(exports.map(([name, short, part]) => [name, `${variables[part]}.${short}`]));
  const probes = parts.map((_, part) => exports.find((one) => one[2] === part)[0]);
  const ancestors = (part) => (part === 0 ? [] : [...ancestors(parents[part]), parents[part]]);
  const starts = parts.slice(1).map((part, index) => {
    const earlier = ancestors(index + 1);
    const wake = earlier.map((which) => `void wasm.${probes[which]};`).join(' ');
    const given = earlier.map((which) => `${namespace(which)}: ${variables[which]}`).join(', ');
    return starting(part, wake, given);
  });
  return (
    `${glue.slice(0, open)}${tables.join('')}${glue.slice(close).trimEnd()}\n${COMMON}${starts.join('')}`
      .replace(/\bwasm\.(\w+)/g, (_, name) => {
        if (!places.has(name)) throw new Error(`the wasm exports no ${name}`);
        return places.get(name);
      })
      // A bundler leaves out the registry of a class that nobody imports, and the start of a part that nobody uses.
      .replace(/^const (\w+Finalization) = weakRegistry\(/gm, 'const $1 = /* @__PURE__ */ weakRegistry(')
      .replace(/ = unreadyPart\(/g, ' = /* @__PURE__ */ unreadyPart(')
  );
}
