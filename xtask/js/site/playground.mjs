// The playground: for each example a page with its windows beside its code, and the document that its windows show.
// The code on the page is read from the files that the windows run.
import { createHash } from 'node:crypto';
import { escape, lines, relative } from './html.mjs';
import { codeBlock } from './markdown.mjs';
import { footer, head, header, policy } from './layout.mjs';
import { manifest, read } from './paths.mjs';

const FOLDER = 'playground';
const LOOPBACK = 'http://localhost:* http://*.localhost:* http://127.0.0.1:*';

export const examples = JSON.parse(read(`www/${FOLDER}/examples.json`));

const pageOf = (index, { name }) => `${FOLDER}/${index === 0 ? 'index' : name}.html`;
const windowOf = ({ name }) => `${FOLDER}/windows/${name}.html`;

/** The code of an example, each file with what it says of itself. `code` is for those that have more than one script and one document. */
export const codeOf = ({ name, code }) =>
  code ?? [
    [`${name}.js`, 'Each window runs'],
    [`${name}.html`, 'In this document'],
  ];

/** The examples that send their readers to this guide, as `{ title, path }`. */
export const examplesFor = (guide) =>
  examples
    .map((example, index) => ({ ...example, path: pageOf(index, example) }))
    .filter(({ more }) => more.some(([, to]) => to.split('#')[0] === guide));

/** The pages as `{ path, html }`. */
export const playground = () =>
  examples.flatMap((example, index) => [
    { path: pageOf(index, example), html: page(example, index) },
    { path: windowOf(example), html: windowDocument(example) },
    // Frames inside of its window: no siblings, so nothing to pause.
    ...(example.inner ?? []).map((name) => {
      const inner = { ...example, name, title: `${example.title}, ${name}` };
      return { path: windowOf(inner), html: windowDocument(inner) };
    }),
  ]);

function page(example, index) {
  const path = pageOf(index, example);
  const { title, intro, steps, windows, more } = example;
  return lines(
    head({
      path,
      title: `${title} · Playground · ${manifest.name}`,
      description: intro,
      styles: ['base.css', 'site.css', 'code.css', 'playground.css'],
      scripts: [
        ['site/site.js', 'type="module"'],
        [`${FOLDER}/page.js`, 'type="module"'],
      ],
      csp: policy(`frame-src 'self' ${LOOPBACK}`),
    }),
    '<body>',
    '<a class="skip" href="#content">Skip to the example</a>',
    header(path, 'Playground'),
    `<nav class="examples" aria-label="Examples"><ul>${examples.map((other, at) => tab(path, other, at, other === example)).join('')}</ul></nav>`,
    '<main id="content" class="playground" tabindex="-1">',
    '<div class="playground-intro">',
    `<h1>${escape(title)}</h1>`,
    `<p>${escape(intro)}</p>`,
    `<ol>${steps.map((step) => `<li>${escape(step)}</li>`).join('')}</ol>`,
    `<p>Read more: ${more.map(([name, to]) => `<a href="${relative(path, to)}">${escape(name)}</a>`).join(', ')}.</p>`,
    `<p><a href="${relative(path, 'inspector/index.html')}" target="_blank">Open the inspector</a> in another tab: it shows what passes between the windows, and can delay or cut it.</p>`,
    '</div>',
    '<section class="playground-windows" aria-label="The windows">',
    '<noscript><p class="notice">The windows need JavaScript.</p></noscript>',
    '<p id="notice" class="notice" role="alert" hidden></p>',
    Array.from({ length: windows }, (_, at) => frame(path, example, at)),
    '</section>',
    '<section class="playground-code" aria-label="The code">',
    ...codeOf(example).map(([name, caption]) => file(`examples/${name}`, caption)),
    ...(example.inner ? [] : shared),
    '</section>',
    '</main>',
    footer(path, `www/${FOLDER}/examples/${example.name}.js`),
    '</body>',
    '</html>',
    '',
  );
}

const shared = [
  '<details><summary>The Parley, the connections and the pause switch, in all examples: <code>window.js</code></summary>',
  file('window.js', 'Runs first'),
  '</details>',
];

const tab = (path, example, at, isHere) =>
  `<li><a href="${relative(path, pageOf(at, example))}"${isHere ? ' aria-current="page"' : ''}>${escape(example.short)}</a></li>`;

/** Windows are of the two origins by turns. The address is added by page.js, which learns the other origin from the server. */
const frame = (path, example, at) =>
  `<figure class="window"><iframe title="Window ${at + 1}" data-src="${relative(path, windowOf(example))}" data-origin="${at % 2}"></iframe></figure>`;

function file(name, caption) {
  const id = `code-${name.replace(/\W/g, '-')}`;
  const code = read(`www/${FOLDER}/${name}`).trimEnd();
  return lines(
    '<figure class="file">',
    `<figcaption><span>${caption}: <code>${name}</code></span> <button type="button" class="button quiet small" data-copy="${id}" aria-label="Copy ${name}" hidden>Copy</button></figcaption>`,
    codeBlock(code, name.split('.').at(-1)).replace('<code ', `<code id="${id}" `),
    '</figure>',
  );
}

/** A bare `parley-sync` in the modules is the package that the server serves. The policy lets in this one inline script, by its hash. */
function windowDocument(example) {
  const path = windowOf(example);
  const map = JSON.stringify({
    imports: {
      [manifest.name]: relative(path, 'pkg/index.js'),
      [`${manifest.name}/inspector`]: relative(path, 'pkg/inspector.js'),
    },
  });
  const hash = createHash('sha256').update(map).digest('base64');
  return lines(
    head({
      path,
      title: `${example.title}: a window`,
      styles: ['base.css', 'window.css'],
      scripts: [
        [`${FOLDER}/height.js`, 'type="module"'],
        [`${FOLDER}/examples/${example.name}.js`, 'type="module"'],
      ],
      csp: policy(
        example.inner
          ? // A sandboxed frame inherits this. To WebKit 'self' is no origin there.
            `script-src 'self' ${LOOPBACK} 'wasm-unsafe-eval' 'sha256-${hash}'; frame-src 'self' ${LOOPBACK}`
          : `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
      ),
      extra: `<script type="importmap">${map}</script>`,
    }),
    '<body>',
    '<header class="window-bar">',
    '<h1 id="place">A window</h1>',
    '<p id="connection" role="status">Connecting</p>',
    example.inner
      ? ''
      : '<button type="button" class="button small switch" role="switch" aria-checked="false" id="pause">Pause</button>',
    '</header>',
    '<main>',
    read(`www/${FOLDER}/examples/${example.name}.html`).trimEnd(),
    '</main>',
    '</body>',
    '</html>',
    '',
  );
}
