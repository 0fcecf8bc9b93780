// The documentation site, built and read: no link leads nowhere, nothing that the package exports is left out, and every page can be
// used with a keyboard and a screen reader.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { entries } from '../../xtask/js/site/declarations.mjs';
import { withIntegrity } from '../../xtask/js/integrity.mjs';
import { header } from '../../xtask/js/site/layout.mjs';
import { codeOf, examples } from '../../xtask/js/site/playground.mjs';
import { blocks, read, root, userPages } from './markdown.mjs';
import { count, ids, site, targets, text } from './pages.mjs';

const built = site();
after(() => rmSync(built.folder, { recursive: true }));

const windows = built.paths.filter((path) => path.startsWith('playground/windows/'));
/** With head, header and footer; the windows of the playground have a frame's shell. */
const full = [...built.paths.filter((path) => !windows.includes(path)), 'index.html'];
const guides = built.paths.filter((path) => /^docs\/[^/]+$/.test(path));
const { homepage, repository, name } = JSON.parse(read('pkg/package.json'));

test('there are pages', () => {
  assert.ok(guides.length >= 22, `${guides.length} guides`);
  assert.equal(windows.length, examples.length + examples.flatMap(({ inner = [] }) => inner).length);
  assert.ok(examples.length >= 4, `${examples.length} examples`);
});

test('no link, script, style or picture leads nowhere, and no anchor', () => {
  const dead = [];
  for (const page of [...built.paths, 'index.html', 'frame.html'])
    for (const { path, anchor } of targets(page, built.read(page))) {
      const there = built.exists(path) && (!anchor || ids(built.read(path)).includes(anchor));
      if (!there) dead.push(`${page}: ${path}#${anchor ?? ''}`);
    }
  assert.deepEqual(dead, []);
});

test('every page can be reached from the documentation', () => {
  const seen = new Set();
  const queue = ['docs/index.html'];
  for (const page of queue) {
    if (seen.has(page)) continue;
    seen.add(page);
    queue.push(
      ...targets(page, built.read(page))
        .map(({ path }) => path)
        .filter((path) => path.endsWith('.html')),
    );
  }
  assert.deepEqual(
    [...built.paths, 'index.html'].filter((page) => !seen.has(page)),
    // Frames inside of a window: the script there names them.
    examples.flatMap(({ inner = [] }) => inner.map((name) => `playground/windows/${name}.html`)),
  );
});

test('every exported name stands in the reference, with its members', () => {
  assert.ok(entries.length >= 14, `${entries.length} entries`);
  const missing = [];
  for (const entry of entries) {
    const declared = read(entry.file);
    const page = `docs/api/${entry.name === name ? 'index' : entry.name.slice(name.length + 1)}.html`;
    const there = ids(built.read(page));
    const names = [...declared.matchAll(/^export (?:declare )?(?:class|const|function|interface|type) (\w+)/gm)];
    assert.ok(names.length > 0 || /(iife|full)$/.test(entry.name), `${entry.file} exports nothing`);
    for (const [, one] of names) if (!there.includes(one)) missing.push(`${page}: ${one}`);
  }
  assert.deepEqual(missing, []);
  const api = ids(built.read('docs/api/index.html'));
  for (const member of ['Parley.send', 'Parley.connect', 'SyncedState.increment', 'ParleyOptions.allowedOrigins'])
    assert.ok(api.includes(member), member);
});

test('the reference has every documentation comment of the declarations, word for word', () => {
  for (const { file, name: entry } of entries) {
    const page = `docs/api/${entry === name ? 'index' : entry.slice(name.length + 1)}.html`;
    const plain = (all) => all.replace(/[\s`*/]/g, '');
    const shown = plain(text(built.read(page)));
    // Of a comment with tags, what stands before them.
    const comments = [...read(file).matchAll(/\/\*\*([\s\S]*?)\*\//g)].map(([, comment]) =>
      plain(comment.split('@param')[0]),
    );
    const missing = comments.filter((comment) => !shown.includes(comment) && !/lib.*doesnotknow/.test(comment));
    assert.deepEqual(missing, [], file);
  }
});

test('every page has a language, a title of its own, one heading of the first level, and landmarks', () => {
  const titles = new Set();
  for (const page of [...full, ...windows]) {
    const html = built.read(page);
    assert.match(html, /<html lang="en"/, page);
    assert.match(html, /<meta name="viewport"/, page);
    const title = /<title>([^<]+)<\/title>/.exec(html)?.[1];
    assert.ok(title, `${page} has no title`);
    assert.ok(!titles.has(title), `${page}: another page has the title "${title}"`);
    titles.add(title);
    assert.equal(count(html, /<h1\b/g), 1, `${page}: headings of the first level`);
    assert.equal(count(html, /<main\b/g), 1, `${page}: main`);
    const all = ids(html);
    assert.equal(new Set(all).size, all.length, `${page}: an id stands there twice`);
  }
  for (const page of full) {
    const html = built.read(page);
    const [, skip] = /<a class="skip" href="#([\w-]+)"/.exec(html) ?? [];
    assert.ok(skip && ids(html).includes(skip), `${page}: the skip link`);
    assert.match(html, /<header\b/, page);
    assert.match(html, /<footer\b/, page);
    for (const [nav] of html.matchAll(/<nav\b[^>]*>/g)) assert.match(nav, /aria-label="[^"]+"/, page);
    for (const [frame] of html.matchAll(/<iframe\b[^>]*>/g)) assert.match(frame, /title="[^"]+"/, page);
    for (const [image] of html.matchAll(/<img\b[^>]*>/g)) assert.match(image, /alt="/, page);
  }
});

test('every page has a policy that lets in no inline script or style', () => {
  for (const page of [...full, ...windows]) {
    const html = built.read(page);
    const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1] ?? '';
    assert.match(policy, /default-src 'self'/, page);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\s\*[\s;]/, page);
    assert.doesNotMatch(html, /\sstyle="|\son\w+="|<style/, page);
    for (const [, attributes, body] of html.matchAll(/<script\b([^>]*)>([^<]*)<\/script>/g)) {
      if (body.trim() !== '') assert.match(attributes, /importmap/, page);
    }
  }
});

test('every page names how to install the package and where its source is', () => {
  const source = repository.url.replace(/^git\+|\.git$/g, '');
  assert.ok(homepage.startsWith(source));
  for (const page of full) {
    const html = built.read(page);
    assert.ok(text(html).includes(`npm install ${name}`), page);
    assert.ok(html.includes(`href="${source}"`), page);
  }
});

test('the demo, which is written by hand, has the header of the other pages', () => {
  const links = (html) =>
    [...html.matchAll(/<a\b[^>]*href="([^"]+)"[^>]*>([\s\S]*?)<\/a>/g)].map(([, to, inner]) => [
      to,
      text(inner).trim(),
    ]);
  const there = /<header class="site-header">[\s\S]*?<\/header>/.exec(built.read('index.html'))[0];
  assert.deepEqual(links(there), links(header('index.html', 'Demo')));
});

test('the guides show every block of code, and no comment for the tests', () => {
  let all = 0;
  for (const page of userPages().filter((page) => page.startsWith('docs/'))) {
    const html = built.read(page === 'docs/README.md' ? 'docs/index.html' : page.replace(/md$/, 'html'));
    const shown = [...html.matchAll(/<pre class="code">([\s\S]*?)<\/pre>/g)].map(([, code]) => text(code));
    const written = blocks(withIntegrity(read(page), join(root, 'pkg'))).map(({ code }) => code);
    all += written.length;
    assert.deepEqual(shown, written, page);
    assert.doesNotMatch(text(html), /<!--|-->/, page);
  }
  assert.ok(all > 60);
});

test('the code beside an example is the code that its windows run', () => {
  for (const [index, example] of examples.entries()) {
    const html = built.read(`playground/${index === 0 ? 'index' : example.name}.html`);
    const shell = built.read(`playground/windows/${example.name}.html`);
    const shells = [
      [example.name, shell],
      ...(example.inner ?? []).map((name) => [name, built.read(`playground/windows/${name}.html`)]),
    ];
    for (const [name, shell] of shells) {
      assert.ok(shell.includes(`src="../examples/${name}.js"`), name);
      assert.ok(shell.includes(read(`www/playground/examples/${name}.html`).trim()), name);
    }
    const shown = [...html.matchAll(/<pre class="code">([\s\S]*?)<\/pre>/g)].map(([, code]) => text(code));
    const files = codeOf(example).map(([name]) => `examples/${name}`);
    if (!example.inner) files.push('window.js');
    assert.deepEqual(
      shown,
      files.map((file) => read(`www/playground/${file}`).trimEnd()),
    );
    assert.equal(count(html, /<iframe\b/g), example.windows, example.name);
  }
});

test('the search finds every section of the guides and every name of the API, and leads there', () => {
  const sections = JSON.parse(built.read('docs/search.json'));
  const there = new Set(sections.map(({ path }) => path));
  assert.equal(there.size, sections.length, 'a place is listed twice');
  for (const { path, title, page } of sections) {
    const [file, anchor] = path.split('#');
    assert.ok(built.exists(`docs/${file}`), path);
    if (anchor) assert.ok(ids(built.read(`docs/${file}`)).includes(anchor), path);
    assert.ok(title && page, path);
  }
  for (const page of userPages().filter((page) => /^docs\/(?!README)/.test(page))) {
    const plain = read(page).replace(/^```[\s\S]*?^```/gm, '');
    const headings = [...plain.matchAll(/^#{1,3} /gm)].length;
    const listed = sections.filter(({ path }) => path.split('#')[0] === page.slice(5).replace(/md$/, 'html'));
    assert.equal(listed.length, headings, page);
  }
  for (const name of ['send', 'connect', 'increment', 'allowedOrigins', 'SyncedState'])
    assert.ok(
      sections.some(({ title, path }) => title.startsWith(name) && path.startsWith('api/')),
      name,
    );
  assert.ok(sections.some(({ text }) => text.includes('hybrid logical clock')));
});

test('the search box is a combobox, and hidden until its script has run', () => {
  for (const page of guides) {
    const [form] = /<form class="docs-search"[\s\S]*?<\/form>/.exec(built.read(page)) ?? [];
    assert.ok(form, page);
    assert.match(form, /^<form[^>]* role="search"[^>]* hidden>/);
    for (const part of ['role="combobox"', 'aria-expanded="false"', 'aria-autocomplete="list"', 'aria-label="Search'])
      assert.ok(form.includes(part), `${page}: ${part}`);
    const [, list] = /aria-controls="([\w-]+)"/.exec(form);
    assert.ok(form.includes(`id="${list}" role="listbox"`), page);
    assert.match(form, /role="status"/);
  }
});
