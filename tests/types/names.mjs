// What the compiler does not see: that every export of the contract is compared by compat.ts, and that the sentences in
// its comments, which are promises too, still stand in the package's declarations.
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const contract = read('contract.d.ts');
const actual = read('../../pkg/index.d.ts');
const compared = read('compat.ts');

const exported = (text) => {
  const names = new Map();
  for (const [, kind, name] of text.matchAll(/^export (?:declare )?(class|interface|type|const|function) (\w+)/gm)) {
    names.set(name, kind);
  }
  return names;
};
const sentences = (text) =>
  [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)].map(([, comment]) => comment.replace(/\s+\*\s+|\s+/g, ' ').trim());

/** Sentences about ourselves, which hovers no longer show to users. */
const RETIRED = [
  "The seed's classes: each is SyncedState with the option its name says, and the constructor and methods the seed shows.",
];

const problems = [];
const agreed = exported(contract);
if (agreed.size < 30) problems.push(`the contract was not understood: ${agreed.size} exports`);

const there = exported(actual);
for (const [name, kind] of agreed) {
  if (!there.has(name)) problems.push(`index.d.ts does not export ${name}`);
  const isType = kind === 'interface' || kind === 'type';
  if (isType && !compared.includes(`Agreed.${name}`)) problems.push(`compat.ts does not compare ${name}`);
}

const said = sentences(actual).join('\n');
const promised = sentences(contract);
for (const sentence of promised) {
  if (!said.includes(sentence) && !RETIRED.includes(sentence)) problems.push(`index.d.ts no longer says: ${sentence}`);
}

// Each code of the core is a constant, in the declarations and at run time, and there are no others.
const codes = (text, pattern) => [...text.matchAll(pattern)].map(([, name, code]) => `${name} ${code}`).sort();
const core = codes(read('../../src/core/codes.rs'), /^pub const (\w+): &str = "(\w+)"/gm);
if (core.length < 20) problems.push('the codes of the core were not understood');
const lists = {
  'index.d.ts': codes(actual, /^ {2}readonly (\w+): '(ERR_\w+)';/gm),
  'pkg/src/codes.js': codes(read('../../pkg/src/codes.js'), /^ {2}(\w+): '(ERR_\w+)',/gm),
};
for (const [file, list] of Object.entries(lists)) {
  for (const code of core) if (!list.includes(code)) problems.push(`ERROR_CODES of ${file} lacks ${code}`);
  for (const code of list)
    if (!core.includes(code)) problems.push(`ERROR_CODES of ${file} has ${code}, which the core has not`);
}

for (const problem of problems) console.error(problem);
console.log(`    ${agreed.size} exports and ${promised.length} comments of the contract, ${there.size} exports in all`);
process.exitCode = problems.length > 0 ? 1 : 0;
