// What docs and declarations say of each other: no code, no option and no event is left out, no link leads nowhere, and no path that a
// contributor is sent to has moved.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allPages, deadLinks, read, root, userPages } from './markdown.mjs';

const declarations = read('pkg/index.d.ts');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\n');

/** The names in the first column of a page's tables, of all or of those after a heading. */
function rows(page, heading) {
  let text = read(page);
  if (heading !== undefined) {
    const start = text.split('\n').findIndex((line) => line.startsWith('#') && line.includes(`\`${heading}\``));
    assert.ok(start >= 0, `${page} has no heading for ${heading}`);
    const rest = text.split('\n').slice(start + 1);
    const end = rest.findIndex((line) => line.startsWith('#'));
    text = rest.slice(0, end < 0 ? undefined : end).join('\n');
  }
  return [...text.matchAll(/^\| *((?:`[^`]+`(?:, *)?)+) *\|(.*)$/gm)].flatMap(([, names, rest]) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => ({ name, rest })),
  );
}

const difference = (wanted, there) => wanted.filter((one) => !there.includes(one));

test('docs/errors.md explains every code, and no other', () => {
  const source = read('src/core/codes.rs');
  const codes = [...source.matchAll(/"(ERR_\w+)"/g)].map(([, code]) => code);
  const sources = tracked.filter((file) => /^(src|pkg)\/.*\.(rs|js|ts)$/.test(file) && existsSync(join(root, file)));
  const used = sources.flatMap((file) => read(file).match(/\bERR_[A-Z_]+[A-Z]\b/g) ?? []);
  const all = [...new Set([...codes, ...used])].sort();
  assert.ok(codes.length >= 20, `only ${codes.length} codes were found`);
  const explained = rows('docs/errors.md')
    .map(({ name }) => name)
    .filter((name) => name.startsWith('ERR_'));
  assert.deepEqual(difference(all, explained), [], 'codes that are not explained');
  assert.deepEqual(difference(explained, all), [], 'codes that do not exist');
  assert.equal(new Set(explained).size, explained.length, 'a code stands there twice');
});

test('docs/errors.md names the class of every code', () => {
  const table = read('src/platform/js/errors.js').match(/new Map\(\[([\s\S]*?)\]\);/)[1];
  const classes = new Map([...table.matchAll(/\['(ERR_\w+)', (\w+)\]/g)].map(([, code, name]) => [code, name]));
  assert.ok(classes.size > 5);
  for (const { name, rest } of rows('docs/errors.md').filter(({ name }) => name.startsWith('ERR_'))) {
    const [said] = rest.split('|');
    if (said.includes('system:rejected')) continue;
    assert.equal(said.trim(), `\`${classes.get(name) ?? 'ParleyError'}\``, name);
  }
});

/** The property names of an interface or an inline object type, nested objects left out. */
function properties(body) {
  const code = body.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  const names = [];
  let depth = 0;
  for (const part of code.split(/([{}()[\]<>;\n])/)) {
    if ('{(['.includes(part) && part !== '') depth += 1;
    else if ('})]'.includes(part) && part !== '') depth -= 1;
    else if (depth === 0) {
      const name = /^\s*(?:readonly )?(\w+)\??:/.exec(part)?.[1];
      if (name) names.push(name);
    }
  }
  return names;
}

/** The body in braces that begins at or after `from`. */
function braces(text, from) {
  const start = text.indexOf('{', from);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}' && --depth === 0) return text.slice(start + 1, at);
  }
  throw new Error('the braces do not close');
}

const interfaceBody = (name, text = declarations) => {
  const at = text.search(new RegExp(`export interface ${name}\\b`));
  assert.ok(at >= 0, `there is no interface ${name}`);
  // Past the braces of type parameters.
  return braces(text, at + text.slice(at).search(/\{ *\n|\{ \w+\?:/));
};
const inline = (before, text = declarations) => {
  const at = text.indexOf(before);
  assert.ok(at >= 0, `the declarations have no '${before}'`);
  return braces(text, at + before.length - 1);
};

/** Without the options of ParleyJS, which have a page of their own. */
const current = (name) => interfaceBody(name).replace(/\/\*\* @deprecated[^\n]*\n[^\n]*\n/g, '');
const deprecated = (name) => properties(interfaceBody(name)).filter((one) => !properties(current(name)).includes(one));

const OPTIONS = {
  ParleyOptions: () => interfaceBody('ParleyOptions'),
  limits: () => {
    const own = inline('limits?: {');
    return `${own};${interfaceBody('StateLimits')}`;
  },
  Grants: () => interfaceBody('Grants'),
  ConnectOptions: () => interfaceBody('ConnectOptions'),
  SendOptions: () => current('SendOptions'),
  SyncedStateOptions: () => interfaceBody('SyncedStateOptions'),
  PersistOptions: () => interfaceBody('PersistOptions'),
  SetOptions: () => interfaceBody('SetOptions'),
  register: () => current('RegisterOptions'),
  SyncedStore: () => inline('initialState?: S, options?: {'),
  Presence: () => inline('initial?: P, options?: {'),
  Leader: () => inline('constructor(parley: Parley<any>, options?: {'),
  ParleyEnhancerOptions: () => interfaceBody('ParleyEnhancerOptions', read('pkg/redux.d.ts')),
  createTestNetwork: () => inline('createTestNetwork(options?: {'),
};

for (const [name, body] of Object.entries(OPTIONS)) {
  test(`docs/options.md has every option of ${name}, and no other`, () => {
    const declared = properties(body().replaceAll(';', '\n'));
    assert.ok(declared.length > 0);
    const documented = rows('docs/options.md', name).map((row) => row.name);
    assert.deepEqual(difference(declared, documented), [], 'options that are not documented');
    assert.deepEqual(difference(documented, declared), [], 'options that do not exist');
  });
}

test('docs/parleyjs.md has every option of ParleyJS that is declared', () => {
  const interfaces = ['ParleyJSOptions', 'SendOptions', 'BroadcastOptions', 'RegisterOptions'];
  const declared = interfaces.flatMap((name) => deprecated(name));
  assert.ok(declared.length >= 15, `only ${declared.length} were found`);
  const documented = rows('docs/parleyjs.md').map(({ name }) => name);
  assert.deepEqual(difference(declared, documented), []);
});

test('docs/options.md gives the defaults that the declarations give', () => {
  for (const name of ['ParleyOptions', 'SyncedStateOptions', 'SetOptions']) {
    const body = interfaceBody(name);
    for (const { name: option, rest } of rows('docs/options.md', name)) {
      const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*${option}\\?:`).exec(body)?.[1] ?? '';
      const number = /Default (\d[\d,]*)/.exec(comment)?.[1];
      if (number) assert.ok(rest.includes(number), `${name}.${option}: the default is ${number}, the page says${rest}`);
    }
  }
});

test('docs name every system event', () => {
  const events = [...declarations.matchAll(/^ {2}'(system:\w+)':/gm)].map(([, event]) => event);
  assert.ok(events.length >= 9);
  const page = read('docs/messages.md');
  assert.deepEqual(
    events.filter((event) => !page.includes(event)),
    [],
  );
});

test('docs/bundlers.md has every entry of the package, and the files it loads from a CDN are there', () => {
  const { exports, version } = JSON.parse(read('pkg/package.json'));
  const entries = Object.keys(exports)
    .filter((name) => !/\.(json|wasm|wasm\?module)$/.test(name))
    .map((name) => name.replace(/^\./, 'parley-sync'));
  const documented = rows('docs/bundlers.md').map(({ name }) => name);
  assert.deepEqual(difference(entries, documented), [], 'entries that are not documented');
  assert.deepEqual(difference(documented, entries), [], 'entries that do not exist');
  const text = userPages().map(read).join('\n');
  const loaded = [...text.matchAll(/\/npm\/parley-sync(?:@[\d.]+)?\/([\w./-]+)/g)].map(([, file]) => file);
  assert.ok(loaded.length >= 2);
  assert.deepEqual(
    loaded.filter((file) => !existsSync(join(root, 'pkg', file))),
    [],
  );
  for (const [, named] of text.matchAll(/parley-sync@(\d[\d.]*\d)/g)) assert.equal(named, version);
});

test('no link leads nowhere', () => {
  const files = new Map(allPages().map((page) => [page, read(page)]));
  assert.deepEqual(
    deadLinks(files, (path) => existsSync(join(root, path))),
    [],
  );
});

test('every path in ARCHITECTURE and CONTRIBUTING is there', () => {
  const isPath = /^[\w.*/-]+(\.(rs|js|mjs|cjs|ts|md|json|toml|png|html)|\/)$/;
  for (const page of ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']) {
    const words = [...read(page).matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code.split(' '));
    const named = words.filter((word) => isPath.test(word));
    const missing = named.filter((path) => {
      const pattern = path.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
      const shape = new RegExp(path.endsWith('/') ? `(^|/)${pattern}` : `(^|/)${pattern}$`);
      return !tracked.some((file) => shape.test(file)) && !['pkg/wasm/', 'wasm/'].includes(path);
    });
    assert.deepEqual(missing, [], `${page} names what is not there`);
  }
});

test('the code map of ARCHITECTURE has every module of the core', () => {
  const modules = [...read('src/core/mod.rs').matchAll(/^(?:pub )?mod (\w+);/gm)].map(([, name]) => name);
  assert.ok(modules.length > 20);
  const map = read('ARCHITECTURE.md');
  assert.deepEqual(
    modules.filter((name) => !map.includes(`\`${name}\``)),
    [],
  );
});

test('the pages are no longer than they may be', () => {
  const most = { 'README.md': 160, 'ARCHITECTURE.md': 180, 'pkg/AGENTS.md': 120 };
  for (const [page, lines] of Object.entries(most)) {
    const there = read(page).trimEnd().split('\n').length;
    assert.ok(there <= lines, `${page} has ${there} lines, at most ${lines}`);
  }
});
