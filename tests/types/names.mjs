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
  if (!said.includes(sentence)) problems.push(`index.d.ts no longer says: ${sentence}`);
}

for (const problem of problems) console.error(problem);
console.log(`    ${agreed.size} exports and ${promised.length} comments of the contract, ${there.size} exports in all`);
process.exitCode = problems.length > 0 ? 1 : 0;
