// The built site as a test sees it: its pages as files, and what an HTML page links to and names.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { build } from '../../xtask/js/site/build.mjs';
import { root } from './markdown.mjs';

/** Builds the site apart from the one that is served: `{ folder, paths, read, exists }`. */
export function site() {
  const folder = mkdtempSync(join(tmpdir(), 'parley-site-'));
  const paths = build(folder);
  const places = (path) =>
    path.startsWith('pkg/') ? [join(root, path)] : [join(folder, path), join(root, 'www', path)];
  const find = (path) => places(path).find((place) => existsSync(place));
  return {
    folder,
    paths,
    exists: (path) => find(path) !== undefined,
    read: (path) => readFileSync(find(path), 'utf8'),
  };
}

const attributes = (html, name) =>
  [...html.matchAll(new RegExp(`<[^>]*\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => text(value));

export const ids = (html) => attributes(html, 'id');

/** What the page needs or leads to, within the site, as `{ path, anchor }`. */
export const targets = (path, html) =>
  ['href', 'src', 'data-src'].flatMap((name) =>
    attributes(html, name)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => {
        const [file, anchor] = target.split('#');
        return { path: file === '' ? path : posix.join(posix.dirname(path), file), anchor };
      }),
  );

/** The text of a piece of HTML. */
export const text = (html) =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|amp|#x27|#39);/g, (all, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name] ?? "'");

export const count = (html, pattern) => [...html.matchAll(pattern)].length;
