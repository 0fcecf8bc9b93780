// A code block as a module: its imports first, then what the page gives, then the block in a scope of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './markdown.mjs';

const declarations = readFileSync(join(root, 'pkg/index.d.ts'), 'utf8');
const exported = [...declarations.matchAll(/^export (?:declare )?(class|const|function|interface|type) (\w+)/gm)].map(
  ([, kind, name]) => ({ name, isType: kind === 'interface' || kind === 'type' }),
);

/** What nearly every example has: declared for those that use it and do not make it. */
const STANDARD = { parley: 'Parley', iframe: 'HTMLIFrameElement' };

const IMPORT = /^import\s[^;]*;/gm;
/** The lines stay where they are, so that an error in the block has the line of the page. */
const blank = (text) => text.replace(/[^\n]/g, '');

/**
 * `imports`: the block's own; `body`: the rest, line for line; `extra`: an import of what it uses of the package and does not import;
 * `standard`: declarations of what nearly every example has.
 */
export function parts({ code, given }) {
  const imports = code.match(IMPORT) ?? [];
  const body = code.replace(IMPORT, blank);
  const uses = (text, name) => new RegExp(`(?<![.\\w'"\`])${name}\\b`).test(text);
  const makes = (name) =>
    [...imports, given].some((text) => uses(text, name)) ||
    new RegExp(`\\b(class|const|let|interface|type|function) (${name}\\b|[{[][^=]*\\b${name}\\b)`).test(body);

  const standard = Object.entries(STANDARD)
    .filter(([name]) => uses(code, name) && !makes(name))
    .map(([name, type]) => `declare const ${name}: ${type};`)
    .join('\n');
  const isImported = (name) => imports.some((text) => uses(text, name));
  const isDefined = (name) =>
    isImported(name) || new RegExp(`\\b(class|interface|type|const) ${name}\\b`).test(code + given);
  const names = exported
    .filter(({ name }) => uses(`${standard}\n${given}\n${code}`, name) && !isDefined(name))
    .map(({ name, isType }) => (isType ? `type ${name}` : name));
  const extra = names.length > 0 ? `import { ${names.join(', ')} } from 'parley-sync';` : '';
  return { imports, body, extra, standard };
}
