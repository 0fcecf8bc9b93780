// The examples of README and docs that run do so here, in Node: over the simulated network, or over real channels and ports.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { blocks, isCode, read, root, userPages } from './markdown.mjs';
import { parts } from './program.mjs';

const folder = join(root, 'target/docs-examples');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const entries = {
  'parley-sync': 'index.js',
  'parley-sync/full': 'full.js',
  'parley-sync/inspector': 'inspector.js',
  'parley-sync/json-schema': 'json-schema.js',
  'parley-sync/links': 'links.js',
  'parley-sync/redux': 'redux.js',
  'parley-sync/text': 'text.js',
};
const installed = createRequire(join(root, 'tests/package/package.json'));
const located = (name) =>
  pathToFileURL(entries[name] ? join(root, 'pkg', entries[name]) : installed.resolve(name)).href;

/** What every example that runs has at hand. `shared` is kept between the examples of one page; `until` waits for a condition. */
const HEAD = `import assert from 'node:assert/strict';
const printed = [];
const console = { ...globalThis.console, log: (...values) => void printed.push(...values) };
const until = async (holds) => { while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 1)); };
`;

async function program({ code: example, run, after }) {
  const { imports, extra } = parts({ code: [run, example, after].join('\n'), given: '' });
  const [before, body, then] = [run, example, after].map((code) => parts({ code, given: '' }).body);
  const head = [...imports, extra, HEAD].join('\n');
  const source = `${head}export async function run(shared) {\n${before}\n{\n${body}\n${then}\n}\n}\n`;
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'es2022' });
  return code.replaceAll(/(from |import )"([^".]+)"/g, (all, word, name) =>
    name.startsWith('node:') ? all : `${word}"${located(name)}"`,
  );
}

// The package keeps no process alive; an example that waits is one that somebody waits for.
const awake = setInterval(() => {}, 1000);
let count = 0;
for (const page of userPages()) {
  const shared = {};
  for (const block of blocks(read(page)).filter((block) => isCode(block) && block.run !== undefined)) {
    count += 1;
    test(`${page}:${block.line} runs`, { timeout: 20_000 }, async () => {
      const file = join(folder, `${page.replaceAll(/\W/g, '-')}.${block.line}.mjs`);
      writeFileSync(file, await program(block));
      const { run } = await import(pathToFileURL(file).href);
      await run(shared);
    });
  }
}
test('there are examples that run', () => assert.ok(count >= 5, `${count} were found`));
after(() => clearInterval(awake));
