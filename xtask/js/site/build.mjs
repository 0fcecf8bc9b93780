// Writes the generated part of the site: docs/, docs/api/ and playground/. The server looks here first, then in www/.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { groups, guides, others, pictures } from './guides.mjs';
import { docsPage } from './layout.mjs';
import { escape, relative } from './html.mjs';
import { entries } from './declarations.mjs';
import { root } from './paths.mjs';
import { examplesFor, playground } from './playground.mjs';
import { reference } from './reference.mjs';
import { searchIndex } from './search.mjs';

/** Builds into `folder`, which is emptied; returns the paths of the pages. */
export function build(folder) {
  const api = reference();
  const [overview, ...project] = others;
  const nav = [
    { title: 'Start', pages: [{ title: 'Documentation', path: 'docs/index.html' }, overview] },
    ...groups(),
    { title: 'API', pages: api.pages.map(({ path }, at) => ({ title: entries[at].name, path })) },
    { title: 'Project', pages: project },
  ];
  const order = nav.flatMap((group) => group.pages);
  const around = (path) => {
    const at = order.findIndex((page) => page.path === path);
    return at < 0 ? {} : { before: order[at - 1], after: order[at + 1] };
  };
  const pages = [
    ...guides().map((page) => ({ ...page, html: withExamples(page), here: 'Docs' })),
    ...api.pages.map((page, at) => ({ ...page, here: 'API', file: entries[at].file })),
  ];
  const written = pages.map((page) => ({
    path: page.path,
    html: docsPage({ ...page, ...around(page.path), groups: nav }),
  }));

  rmSync(folder, { recursive: true, force: true });
  const all = [...written, ...playground()];
  for (const { path, html } of all) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), html);
  }
  writeFileSync(join(folder, 'docs/search.json'), JSON.stringify(searchIndex(pages)));
  for (const picture of pictures) copyFileSync(join(root, 'docs', picture), join(folder, 'docs', picture));
  return all.map(({ path }) => path);
}

/** The guide with links to the examples that lead to it, below its title. */
function withExamples({ path, html }) {
  const live = examplesFor(path).map(({ title, path: to }) => `<a href="${relative(path, to)}">${escape(title)}</a>`);
  return live.length > 0 ? html.replace('</h1>', `</h1>\n<p class="live">Try it live: ${live.join(', ')}.</p>`) : html;
}
