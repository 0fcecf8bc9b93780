// What wasm-bindgen writes, less what a user should not meet.
import { readFile } from 'node:fs/promises';

/**
 * Without `free()` and `Symbol.dispose`: an object is freed when nobody holds it any more. Freed by hand, its next call
 * would be an error that says nothing.
 */
export function withoutFree(glue) {
  return glue
    .replace(/^    (?:free|__destroy_into_raw)\(\) \{\n[\s\S]*?^    \}\n/gm, '')
    .replace(/^if \(Symbol\.dispose\).*\n/gm, '');
}

/**
 * A method that is called on another object is told so: the module would take any number it finds there for the place of an
 * object of its own.
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

/**
 * The same glue, each object with its methods bound to it: `const { subscribe } = state` works, and so does handing
 * `state.subscribe` to a framework.
 */
export function withBoundMethods(glue) {
  const bound = glue
    .replace(/^export class (\w+) \{\n[\s\S]*?^\}\n/gm, (text, name) =>
      text
        .replace(/^        return obj;$/m, `        bindMethods(obj, ${name});\n        return obj;`)
        .replace(/^        return this;$/m, `        bindMethods(this, ${name});\n        return this;`),
    )
    .trimEnd();
  if (!bound.includes('bindMethods(')) throw new Error('the glue makes its objects in a new way');
  return `${bound}

/** Binds the methods that a class gives to an object of it; those of a subclass that stand for them. */
export function bindMethods(object, kind) {
    for (const name of Object.getOwnPropertyNames(kind.prototype)) {
        const { value } = Object.getOwnPropertyDescriptor(kind.prototype, name);
        if (typeof value !== 'function' || name === 'constructor' || name.startsWith('_')) continue;
        Object.defineProperty(object, name, { value: object[name].bind(object), writable: true, configurable: true });
    }
}
`;
}

/**
 * The same glue, whose classes end with `using` and `await using`. Waiting sends first what a state has not sent. What an engine
 * does not know is left out.
 */
export function withDisposal(glue) {
  return `${glue.trimEnd()}

/** \`using\` destroys; \`await using\` waits for \`settle\` before, and destroys whatever came of it. */
export function makeDisposable(kind, settle) {
    const methods = {
        dispose() {
            this.destroy();
        },
        async asyncDispose() {
            try {
                await settle?.(this);
            } finally {
                this.destroy();
            }
        },
    };
    for (const [name, value] of Object.entries(methods)) {
        if (Symbol[name]) Object.defineProperty(kind.prototype, Symbol[name], { value, writable: true, configurable: true });
    }
}
makeDisposable(Parley);
`;
}

const weakRegistry = await readFile(new URL('weak.js', import.meta.url), 'utf8');

/**
 * The same glue without FinalizationRegistry: see weak.js. Throws if the glue is not written as expected, for one registry
 * that is left brings the evictions back.
 */
export function withoutFinalizers(glue) {
  const changed = glue
    .replace(
      /\(typeof FinalizationRegistry === 'undefined'\)\n\s+\? \{ register: \(\) => \{\}, unregister: \(\) => \{\} \}\n\s+: new FinalizationRegistry\(/g,
      'weakRegistry(',
    )
    .replaceAll('CLOSURE_DTORS.register(real, state, state);', 'state.entry = CLOSURE_DTORS.register(real, state);')
    .replaceAll('CLOSURE_DTORS.unregister(state);', 'state.entry.freed = true;')
    // Objects that nobody frees by hand need no way to their entry.
    .replace(/(\w+Finalization)\.register\((\w+), (.+), \2\);/g, (text, name, object, held) =>
      glue.includes(`${name}.unregister(`)
        ? `${object}.__wbg_entry = ${name}.register(${object}, ${held});`
        : `${name}.register(${object}, ${held});`,
    )
    .replace(/\w+Finalization\.unregister\(this\);/g, 'this.__wbg_entry.freed = true;');
  if (/FinalizationRegistry|\.unregister\(/.test(changed))
    throw new Error('the glue registers finalizers in a new way');
  return changed === glue ? glue : `${changed}\n${weakRegistry}`;
}

const replaced = (glue, from, to) => {
  if (!glue.includes(from)) throw new Error(`the glue has no ${from}`);
  return glue.replace(from, () => to);
};

/** The same glue, which can be loaded where there are no TextDecoder and TextEncoder: they are missed when they are used. */
export function withLateText(glue) {
  let out = replaced(
    glue,
    `let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });\ncachedTextDecoder.decode();\n`,
    `let cachedTextDecoder;\n`,
  );
  out = replaced(
    out,
    `    return cachedTextDecoder.decode(bytes);\n`,
    `    cachedTextDecoder ??= new TextDecoder('utf-8', { ignoreBOM: true });\n    return cachedTextDecoder.decode(bytes);\n`,
  );
  const encoder =
    /^const cachedTextEncoder = new TextEncoder\(\);\n\nif \(!\('encodeInto' in cachedTextEncoder\)\) \{\n[\s\S]*?^\}\n/m;
  if (!encoder.test(out)) return out;
  out = out.replace(encoder, () => 'let cachedTextEncoder;\n');
  return out.replace(
    /^function passStringToWasm0\(arg, malloc, realloc\) \{\n/m,
    (line) => `${line}    cachedTextEncoder ??= new TextEncoder();\n`,
  );
}

/**
 * The same glue, whose wasm is started by its first use if it was not before: by what `startWith` was given, which throws if it
 * cannot.
 */
export function withLateStart(glue) {
  let out = replaced(
    glue,
    'let wasmModule, wasmInstance, wasm;',
    `let start;

/** What starts the wasm when it is first used; it throws if it cannot. */
export function startWith(run) {
    start = run;
}

const notInitialised = () =>
    makeError('ERR_NOT_INITIALIZED', "parley-sync/slim is not initialised: await init() before anything else");

const unready = new Proxy({}, {
    get(_, name) {
        if (start === undefined) throw notInitialised();
        start();
        return wasm[name];
    },
});
let wasmModule, wasmInstance, wasm = unready;`,
  );
  const begun = 'if (wasm !== undefined) return wasm;';
  for (let i = 0; i < 2; i++) out = replaced(out, begun, 'if (wasm !== unready) return wasm;');
  return out;
}

/** The same glue, whose Parley is known to other copies of the package. */
export function withBrand(glue) {
  const [, path] = /^import \* as \w+ from ("[^"]+\/messages\.js")/m.exec(glue) ?? [];
  if (path === undefined) throw new Error('the glue does not import messages.js');
  return `import { brandParley } from ${path};\n${glue}\nbrandParley(Parley);\n`;
}
