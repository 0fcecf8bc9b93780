// What is in the tarball, and what is not.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { deadLinks } from '../../docs/markdown.mjs';
import { check } from '../lib/checks.mjs';
import { checkout, installed } from '../lib/consumer.mjs';

const EXPECTED = [
  'AGENTS.md',
  'CHANGELOG.md',
  'LICENSE-APACHE',
  'LICENSE-MIT',
  'README.md',
  'SECURITY.md',
  'full.d.ts',
  'full.js',
  'iife.d.ts',
  'index.d.ts',
  'index.js',
  'inspector.d.ts',
  'inspector.js',
  'json-schema.d.ts',
  'json-schema.js',
  'links.d.ts',
  'links.js',
  'package.json',
  'redux.d.ts',
  'redux.js',
  'slim.d.ts',
  'slim.js',
  'text-iife.d.ts',
  'text.d.ts',
  'text.js',
];
const FOLDERS =
  /^(docs\/([\w-]+\.md|demo\.png|bench\.svg)|(src|inspector)\/[\w-]+\.js|bindings\/\w+\.(js|d\.ts)|wasm\/((host|cdn)\/[\w-]+\.js|snippets\/.+\.js|[\w-]+\.d\.cts|[\w-]+\.(js|cjs|iife\.js)|parley_sync_(\w+_)?bg\.wasm))$/;

export async function contents() {
  const entries = await readdir(installed, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const names = files.map((file) => relative(installed, file));

  await check('the tarball holds what it should and nothing else', () => {
    assert.deepEqual(names.filter((name) => !FOLDERS.test(name)).sort(), EXPECTED);
  });

  await check('every relative link in README and docs leads to something that is in it', async () => {
    const pages = names.filter((name) => name.endsWith('.md'));
    assert.ok(pages.length > 15, `${pages.length} pages`);
    const texts = await Promise.all(pages.map((page) => readFile(join(installed, page), 'utf8')));
    const dead = deadLinks(new Map(pages.map((page, at) => [page, texts[at]])), (path) => names.includes(path));
    assert.deepEqual(dead, []);
    const withTests = pages.filter((page, at) => /^<!-- (given|run|then)/m.test(texts[at]));
    assert.deepEqual(withTests, [], 'pages with comments that are for the tests of the checkout only');
  });

  await check('package.json, README and SECURITY name one repository', async () => {
    const { bugs, homepage, repository } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const address = /^git\+(https:\/\/.+)\.git$/.exec(repository.url)?.[1];
    assert.equal(homepage, `${address}#readme`);
    assert.equal(bugs, `${address}/issues`);
    for (const page of ['README.md', 'SECURITY.md']) {
      const text = await readFile(join(installed, page), 'utf8');
      assert.ok(text.includes(address), `${page} does not name ${address}`);
      const others = [...text.matchAll(/https:\/\/github\.com\/[\w-]+\/parley-sync\b/g)].map(([found]) => found);
      assert.deepEqual(
        others.filter((found) => found !== address),
        [],
      );
    }
  });

  await check('it names no path of the machine that built it', async () => {
    for (const file of files) {
      const text = await readFile(file, 'latin1');
      for (const path of [checkout.replace(/\/$/, ''), homedir()]) {
        assert.ok(!text.includes(`${path}/`), `${relative(installed, file)} contains ${path}`);
      }
    }
  });

  await check('it installs without scripts and without dependencies', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    for (const field of ['scripts', 'dependencies', 'bin']) assert.equal(manifest[field], undefined);
    for (const peer of Object.keys(manifest.peerDependencies))
      assert.ok(manifest.peerDependenciesMeta[peer].optional, `${peer} is only for those who use it`);
  });
}
