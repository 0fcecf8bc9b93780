// node tests/docs/types.mjs: every TypeScript and JavaScript block of README and docs compiles under `strict` against the package's
// declarations. An error is told with the page and the line.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocks, isCode, read, root, userPages } from './markdown.mjs';
import { parts } from './program.mjs';

const folder = join(root, 'target/docs-types');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const pkg = (name) => [join(root, 'pkg', name)];
const installed = (path) => [join(root, 'tests/package/node_modules', path)];
const framework = (path) => [join(root, 'tests/bindings/node_modules', path)];
const config = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: 'es2022',
    // `using` needs the last.
    lib: ['es2022', 'dom', 'dom.iterable', 'esnext.disposable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
    skipLibCheck: true,
    paths: {
      'parley-sync': pkg('index.d.ts'),
      'parley-sync/slim': pkg('slim.d.ts'),
      'parley-sync/full': pkg('full.d.ts'),
      'parley-sync/inspector': pkg('inspector.d.ts'),
      'parley-sync/links': pkg('links.d.ts'),
      'parley-sync/json-schema': pkg('json-schema.d.ts'),
      'parley-sync/text': pkg('text.d.ts'),
      'parley-sync/redux': pkg('redux.d.ts'),
      'parley-sync/*': pkg('bindings/*.d.ts'),
      '*': framework('*'),
      redux: installed('redux/dist/redux.d.ts'),
      '@reduxjs/toolkit': installed('@reduxjs/toolkit/dist/index.d.ts'),
      '@reduxjs/toolkit/query': installed('@reduxjs/toolkit/dist/query/index.d.ts'),
    },
  },
  // The types of redux-persist are modules that it declares.
  files: [join(root, 'tests/docs/ambient.d.ts'), ...installed('redux-persist/types/index.d.ts')],
};

/** How a block's lines map to its page: file name to page and offset. */
const places = new Map();
for (const page of userPages()) {
  for (const block of blocks(read(page)).filter(isCode)) {
    const name = `${page.replaceAll(/\W/g, '-')}.${block.line}.ts`;
    const { imports, body, extra, standard } = parts(block);
    const head = `${imports.join('\n')}\n${extra}\n${standard}\n${block.given}\nexport {};\n`;
    // An export cannot stand in a scope.
    const isModule = /^export /m.test(body);
    const text = isModule ? `${head}\n${body}` : `${head}{\n${body}}\n`;
    writeFileSync(join(folder, name), text);
    config.files.push(name);
    places.set(name, { page, offset: block.line - head.split('\n').length });
  }
}
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config, null, 2));

const tsc = join(root, 'node_modules/.bin/tsc');
const { status, stdout, error } = spawnSync(tsc, ['--project', folder, '--pretty', 'false'], {
  cwd: folder,
  encoding: 'utf8',
});
if (error) throw error;
const told = stdout.replaceAll(/^(?:.*\/)?([^/(\n]+)\((\d+),(\d+)\)/gm, (all, file, line, column) => {
  const place = places.get(file);
  return place ? `${place.page}:${Number(line) + place.offset}:${column}` : all;
});
if (told) console.error(told.trimEnd());
if (places.size < 20) console.error(`only ${places.size} blocks were found`);
console.log(`    ${places.size} code blocks of ${userPages().length} pages`);
process.exitCode = status !== 0 || places.size < 20 ? 1 : 0;
