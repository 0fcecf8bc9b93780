// The guides: which pages there are, in which order, and what each shows.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageDirectory } from '../files.mjs';
import { withIntegrity } from '../integrity.mjs';
import { relative } from './html.mjs';
import { render } from './markdown.mjs';
import { read, root, source } from './paths.mjs';

/** Pages of the repository's root that the guides link to, under titles of their own. */
export const others = [
  { file: 'README.md', path: 'docs/overview.html', title: 'Overview' },
  { file: 'SECURITY.md', path: 'docs/security-model.html', title: 'Security model' },
  { file: 'CHANGELOG.md', path: 'docs/changelog.html', title: 'Changes' },
];

/** Source file to page, both as paths. */
export const pages = new Map([
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => [`docs/${name}`, name === 'README.md' ? 'docs/index.html' : `docs/${name.replace(/md$/, 'html')}`]),
  ...others.map(({ file, path }) => [file, path]),
]);

/** The groups of docs/README.md with their pages: the side navigation. */
export function groups() {
  const found = [];
  for (const line of read('docs/README.md').split('\n')) {
    const group = /^\*\*(.+)\*\*$/.exec(line);
    if (group) found.push({ title: group[1], pages: [] });
    const item = /^- \[([^\]]+)\]\(([^)]+\.md)\)/.exec(line);
    if (item) found.at(-1).pages.push({ title: item[1], path: pages.get(`docs/${item[2]}`) });
  }
  return found;
}

/** Every guide as `{ path, title, html, headings, file }`. */
export function guides() {
  return [...pages].map(([file, path]) => {
    const address = (target, anchor) => {
      const to = pages.get(target) ?? (/\.(png|svg)$/.test(target) ? target : undefined);
      const suffix = anchor === undefined ? '' : `#${anchor}`;
      return to ? relative(path, to + suffix) : `${source}/blob/main/${target}${suffix}`;
    };
    const page = { file, path, ...render(withIntegrity(read(file), packageDirectory), { file, address }) };
    const title = others.find((other) => other.file === file)?.title ?? page.title;
    return { ...page, title };
  });
}

/** The pictures that the guides show. */
export const pictures = readdirSync(join(root, 'docs')).filter((name) => /\.(png|svg)$/.test(name));
