// What every page has: head, header with the site's links, landmarks, footer.
import { escape, lines, relative } from './html.mjs';
import { install, manifest, source } from './paths.mjs';

const SITE = [
  ['Demo', 'index.html'],
  ['Playground', 'playground/index.html'],
  ['Docs', 'docs/index.html'],
  ['API', 'docs/api/index.html'],
];

/** The strictest policy that a page of this site can have; `more` adds directives. */
export const policy = (more = '') =>
  `default-src 'self'; img-src 'self' data:;${more && ` ${more};`} object-src 'none'; base-uri 'none'`;

/** The start of a page up to the end of its head. `scripts` are `[address, attributes]`; `extra` goes before them. */
export function head({ path, title, description, styles, scripts, csp, extra = '' }) {
  const to = (file) => relative(path, file);
  return lines(
    '<!doctype html>',
    '<html lang="en" data-theme="system">',
    '<head>',
    '<meta charset="utf-8" />',
    '<meta name="viewport" content="width=device-width, initial-scale=1" />',
    `<meta http-equiv="Content-Security-Policy" content="${escape(csp)}" />`,
    `<title>${escape(title)}</title>`,
    description && `<meta name="description" content="${escape(description)}" />`,
    `<link rel="icon" href="${to('favicon.svg')}" type="image/svg+xml" />`,
    styles.map((file) => `<link rel="stylesheet" href="${to(`css/${file}`)}" />`),
    extra,
    scripts.map(([file, attributes]) => `<script ${attributes} src="${to(file)}"></script>`),
    '</head>',
  );
}

/** Hidden until its script has run: without that there is no search. */
const searchBox = (path) =>
  lines(
    `<form class="docs-search" role="search" aria-label="Documentation" data-docs="${relative(path, 'docs/index.html')}" hidden>`,
    '<input type="search" role="combobox" aria-label="Search the documentation" aria-keyshortcuts="/" placeholder="Search (press /)" aria-autocomplete="list" aria-expanded="false" aria-controls="search-results" autocomplete="off" spellcheck="false" />',
    '<ul id="search-results" role="listbox" aria-label="Results" hidden></ul>',
    '<p class="visually-hidden" role="status"></p>',
    '</form>',
  );

/**
 * The header with the links that every page has; `here` is the title of the part of the site that the page belongs to. `search` adds the
 * search box.
 */
export function header(path, here, { search = false } = {}) {
  const links = SITE.map(([title, to]) => {
    const current = title === here ? ` aria-current="${path === to ? 'page' : 'true'}"` : '';
    return `<li><a href="${relative(path, to)}"${current}>${title}</a></li>`;
  });
  return lines(
    '<header class="site-header">',
    `<a class="site-brand" href="${relative(path, 'index.html')}"><img src="${relative(path, 'favicon.svg')}" alt="" width="22" height="22" /> ${manifest.name}</a>`,
    '<nav class="site-nav" aria-label="Site">',
    `<ul>${links.join('')}<li><a href="${source}">Source</a></li></ul>`,
    '</nav>',
    search && searchBox(path),
    `<p class="site-install"><code id="install-command">${install}</code> <button type="button" class="button on-navy small" data-copy="install-command" aria-label="Copy the install command" hidden>Copy</button></p>`,
    '</header>',
  );
}

/** The footer; `file` is the source of the page in the repository. */
export function footer(path, file) {
  return lines(
    '<footer class="site-footer">',
    `<p>${manifest.name} ${manifest.version}, ${manifest.license.replace(' OR ', ' or ')}. <a href="${source}">Source code</a>, <a href="${manifest.bugs}">issues</a>, <a href="${relative(path, 'docs/changelog.html')}">changes</a>.</p>`,
    file && `<p>This page is made from <a href="${source}/blob/main/${file}"><code>${file}</code></a>.</p>`,
    '</footer>',
  );
}

/** A whole page with a side navigation, a table of contents and links to its neighbours. */
export function docsPage({ path, title, html, headings, file, here, groups, before, after }) {
  const contents = headings.filter(({ level }) => level === 2);
  const fold = `<script src="${relative(path, 'site/fold.js')}"></script>`;
  return lines(
    head({
      path,
      title: `${title} · ${manifest.name}`,
      styles: ['base.css', 'site.css', 'code.css', 'docs.css'],
      scripts: [
        ['site/site.js', 'type="module"'],
        ['site/search.js', 'type="module"'],
      ],
      csp: policy(),
    }),
    '<body>',
    '<a class="skip" href="#content">Skip to the content</a>',
    header(path, here, { search: true }),
    `<div class="docs${contents.length > 1 ? '' : ' docs-short'}">`,
    '<nav class="docs-nav" aria-label="Pages"><details data-fold="64rem" open><summary>All pages</summary>',
    groups.map((group) => groupList(path, group)),
    `</details>${fold}</nav>`,
    contents.length > 1 && [
      '<nav class="docs-toc" aria-label="On this page"><details data-fold="80rem" open><summary>On this page</summary>',
      `<p class="docs-group">On this page</p><ul>${contents.map(({ id, text }) => `<li><a href="#${id}">${escape(text)}</a></li>`).join('')}</ul>`,
      `</details>${fold}</nav>`,
    ],
    '<main id="content" class="prose" tabindex="-1">',
    html,
    neighbours(path, before, after),
    '</main>',
    '</div>',
    footer(path, file),
    '</body>',
    '</html>',
    '',
  );
}

function groupList(path, { title, pages }) {
  const items = pages.map((page) => {
    const current = page.path === path ? ' aria-current="page"' : '';
    return `<li><a href="${relative(path, page.path)}"${current}>${escape(page.title)}</a></li>`;
  });
  return `<p class="docs-group">${escape(title)}</p><ul>${items.join('')}</ul>`;
}

function neighbours(path, before, after) {
  if (!before && !after) return '';
  const link = (page, rel, word) =>
    page && `<a rel="${rel}" href="${relative(path, page.path)}"><span>${word}</span> ${escape(page.title)}</a>`;
  return lines(
    '<nav class="docs-next" aria-label="Neighbouring pages">',
    link(before, 'prev', 'Previous'),
    link(after, 'next', 'Next'),
    '</nav>',
  );
}
