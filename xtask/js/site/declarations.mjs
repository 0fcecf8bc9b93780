// What the package exports, read from its declarations with TypeScript's own parser.
import { join } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { manifest, read, root } from './paths.mjs';

/** The entries that have declarations of their own, the main one first: `{ name, file }`. */
export const entries = Object.entries(manifest.exports)
  .map(([name, { import: esm, types }]) => ({ name: name.replace(/^\./, manifest.name), file: esm?.types ?? types }))
  .filter(({ file }) => file)
  .map(({ name, file }) => ({ name, file: join('pkg', file) }));

/** By number: the enumeration has several names for some. */
const KINDS = new Map([
  [SyntaxKind.ClassDeclaration, 'class'],
  [SyntaxKind.InterfaceDeclaration, 'interface'],
  [SyntaxKind.FunctionDeclaration, 'function'],
  [SyntaxKind.TypeAliasDeclaration, 'type'],
  [SyntaxKind.VariableStatement, 'constant'],
]);
const UNNAMED = new Map([
  [SyntaxKind.Constructor, 'constructor'],
  [SyntaxKind.CallSignature, 'call'],
  [SyntaxKind.ConstructSignature, 'new'],
  [SyntaxKind.IndexSignature, 'index'],
]);

/** Each entry with what it exports: `{ name, file, exports: [{ name, kind, declarations: [{ signature, doc, members }] }], all }`. */
export function declarations() {
  const api = new API({ cwd: root });
  try {
    const files = entries.map(({ file }) => join(root, file));
    const snapshot = api.updateSnapshot({ openFiles: files });
    return entries.map((entry) => {
      const full = join(root, entry.file);
      const parsed = snapshot.getDefaultProjectForFile(full)?.program.getSourceFile(full);
      if (!parsed) throw new Error(`TypeScript does not read ${entry.file}`);
      return { ...entry, ...contents(parsed.statements, read(entry.file)) };
    });
  } finally {
    api.close();
  }
}

function contents(statements, text) {
  const found = new Map();
  let all = false;
  for (const statement of statements) {
    const { kind } = statement;
    // `export * from './index.js'`
    if (kind === SyntaxKind.ExportDeclaration && !statement.exportClause) all = true;
    // What an entry adds to the global scope or to the types of another package.
    if (kind === SyntaxKind.ModuleDeclaration && statement.body) {
      const inner = contents(statement.body.statements, text);
      const where = /^declare (?:global|module\s+(['"])(.+?)\1)/.exec(start(statement, text));
      for (const one of inner.exports)
        if (!/^Symbol/.test(one.name)) add(found, { ...one, adds: where?.[2] ?? 'the global scope' });
      continue;
    }
    if (!KINDS.has(kind)) continue;
    const named = kind === SyntaxKind.VariableStatement ? statement.declarationList.declarations[0] : statement;
    add(found, { name: named.name.text, kind: KINDS.get(kind), declarations: [declaration(statement, text)] });
  }
  return { exports: [...found.values()], all };
}

function add(found, one) {
  const before = found.get(one.name);
  // Overloads, and what is both a type and a value.
  if (before) before.declarations.push(...one.declarations);
  else found.set(one.name, one);
}

const start = (node, text) => text.slice(own(node, text), node.end);

/** Where the node begins behind its comments. */
function own(node, text) {
  const trivia = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(node.pos, node.end));
  return node.pos + trivia[0].length;
}

/** The text of the last documentation comment before the node, without its stars. */
function doc(node, text) {
  const comments = text.slice(node.pos, own(node, text)).match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return (comments.at(-1) ?? '')
    .replace(/^\/\*\*\s?|\s*\*\/$/g, '')
    .replace(/^\s*\* ?/gm, '')
    .trim();
}

const tidy = (code) =>
  code
    .replace(/^export /, '')
    .replace(/^declare /, '')
    .replace(/;$/, '')
    .trim();

/** The lines of a signature, moved to the left by what its first line was moved to the right. */
function outdent(node, text) {
  const from = own(node, text);
  const indent = /[ \t]*$/.exec(text.slice(0, from))[0];
  return tidy(text.slice(from, node.end).replaceAll(`\n${indent}`, '\n'));
}

function declaration(node, text) {
  const hasMembers = node.kind === SyntaxKind.ClassDeclaration || node.kind === SyntaxKind.InterfaceDeclaration;
  // Without a comment on any member the declaration says it all in one piece.
  if (!hasMembers || !node.members.some((member) => doc(member, text)))
    return { signature: outdent(node, text), doc: doc(node, text), members: [] };
  const first = node.members[0];
  // Up to the brace in front of the first member.
  const head = text.slice(own(node, text), first ? first.pos : node.end).replace(/\{\s*\}?\s*$/, '');
  return { signature: tidy(head), doc: doc(node, text), members: members(node.members, text) };
}

/** Members by name, overloads together: `{ name, declarations: [{ signature, doc }] }`. Private ones are nobody's business. */
function members(nodes, text) {
  const found = new Map();
  for (const node of nodes) {
    if ((node.modifiers ?? []).some(({ kind }) => kind === SyntaxKind.PrivateKeyword)) continue;
    const from = node.name && own(node.name, text);
    const name = node.name ? text.slice(from, node.name.end).replace(/^['"]|['"]$/g, '') : UNNAMED.get(node.kind);
    const one = { name, declarations: [{ signature: outdent(node, text), doc: doc(node, text) }] };
    add(found, one);
  }
  return [...found.values()];
}
