// The API reference: one page for each entry of the package, and an index of all names.
import { declarations } from './declarations.mjs';
import { highlight, linkNames } from './highlight.mjs';
import { escape, lines, relative } from './html.mjs';
import { prose } from './markdown.mjs';
import { manifest } from './paths.mjs';

const pageOf = (entry) => `docs/api/${entry.name === manifest.name ? 'index' : entry.name.split('/')[1]}.html`;
const anchorOf = (...names) => names.join('.').replace(/[^\w.:-]/g, '');

/** The pages `{ path, title, html, headings }`, and `entries` as they were read. */
export function reference() {
  const entries = declarations().map((entry) => ({ ...entry, exports: sorted(entry.exports) }));
  const main = entries[0];
  const pages = entries.map((entry) => page(entry, resolver(entry, main)));
  return { entries, pages };
}

/** What is called comes before what only has a type; within a kind, as declared. */
const ORDER = [['class'], ['function'], ['constant'], ['interface', 'type']];
const sorted = (all) => [...all].sort((a, b) => rank(a) - rank(b));
const rank = ({ kind }) => ORDER.findIndex((kinds) => kinds.includes(kind));

/** Where a name of this entry is explained: its own first, then the main entry's. Members as `Parley.send`. */
function resolver(entry, main) {
  const places = new Map();
  for (const from of [main, entry])
    for (const one of from.exports) {
      places.set(one.name, `${pageOf(from)}#${anchorOf(one.name)}`);
      for (const { members } of one.declarations)
        for (const member of members ?? [])
          places.set(`${one.name}.${member.name}`, `${pageOf(from)}#${anchorOf(one.name, member.name)}`);
    }
  const path = pageOf(entry);
  return (name) => places.has(name) && relative(path, places.get(name));
}

function page(entry, address) {
  const path = pageOf(entry);
  const context = { address: (name) => address(name), path };
  const headings = entry.exports.map(({ name }) => ({ level: 2, id: anchorOf(name), text: name }));
  const intro = entry.all
    ? `<p>Everything that <a href="${relative(path, 'docs/api/index.html')}"><code>${manifest.name}</code></a> exports${entry.exports.length > 0 ? ', and:' : ', with nothing to load later.'}</p>`
    : '';
  const html = lines(
    `<h1 id="${anchorOf(entry.name.replace('/', '-'))}"><code>${entry.name}</code></h1>`,
    entry.name === `${manifest.name}/iife`
      ? `<p>For a script tag. The script makes one global:</p>`
      : `<p>Made from <code>${escape(entry.file.replace(/^pkg\//, ''))}</code>, the declarations in the package.</p>`,
    intro,
    entry.exports.map((one) => exported(one, context)),
  );
  return { path, title: `API: ${entry.name}`, html, headings };
}

function exported({ name, kind, declarations, adds }, context) {
  const local = { ...context, address: (other) => other !== name && context.address(other), within: name };
  return lines(
    '<section class="api">',
    `<h2 id="${anchorOf(name)}"><code>${name}</code> <span class="api-kind">${kind}</span></h2>`,
    adds && `<p>Added to ${adds === 'the global scope' ? adds : `the types of <code>${escape(adds)}</code>`}.</p>`,
    declarations.map(({ signature, doc, members }) =>
      lines(
        signature !== `${kind} ${name}` && signatureBlock(signature, local),
        documentation(doc, local),
        (members ?? []).map((member) => memberBlock(name, member, local)),
      ),
    ),
    '</section>',
  );
}

function memberBlock(owner, { name, declarations }, context) {
  const id = anchorOf(owner, name);
  return lines(
    '<div class="api-member">',
    `<h3 id="${id}"><code>${escape(name)}</code></h3>`,
    declarations.map(({ signature, doc }) => lines(signatureBlock(signature, context), documentation(doc, context))),
    '</div>',
  );
}

const signatureBlock = (signature, { address }) =>
  `<pre class="code signature"><code class="language-ts">${linkNames(highlight(signature, 'ts'), address)}</code></pre>`;

function documentation(text, { address, path, within }) {
  if (!text) return '';
  const { before, tags } = split(text);
  const code = (content) => {
    const shown = `<code>${escape(content)}</code>`;
    const name = content.replace(/\(.*\)$/, '');
    const to = address(name) || (name !== within && address(`${within}.${name}`));
    return to ? `<a href="${escape(to)}">${shown}</a>` : shown;
  };
  // Codes, and names that no plain word can be mistaken for: ParleyOptions, ConnectOptions.opaque.
  const named = (html) =>
    outsideLinks(html, (words) =>
      words
        .replace(/\bERR_[A-Z_]+[A-Z]\b/g, (one) => `<a href="${relative(path, `docs/errors.html#${one}`)}">${one}</a>`)
        .replace(/\b[A-Z]\w*(?:[a-z][A-Z]\w*(?:\.\w+)?|\.\w+)\b/g, (one) => {
          const to = address(one);
          return to ? `<a href="${escape(to)}">${one}</a>` : one;
        }),
    );
  const parameters = tags.map(
    ({ name, text: said }) => `<dt><code>${escape(name)}</code></dt><dd>${prose(said, code)}</dd>`,
  );
  return named(lines(before && prose(before, code), parameters.length > 0 && `<dl>${parameters.join('')}</dl>`));
}

/** Changes the text that is neither in a tag nor inside of a link or of code. */
function outsideLinks(html, change) {
  let inside = 0;
  return html
    .split(/(<[^>]+>)/)
    .map((part) => {
      if (/^<(a|code)\b/.test(part)) inside += 1;
      else if (/^<\/(a|code)\b/.test(part)) inside -= 1;
      else if (inside === 0 && !part.startsWith('<')) return change(part);
      return part;
    })
    .join('');
}

/** `@param name text` apart from what stands before them. */
function split(text) {
  const [before, ...rest] = text.split(/^@param /m);
  const tags = rest.map((one) => {
    const [, name, said] = /^(\S+)\s+(?:- )?([\s\S]*)$/.exec(one.trim());
    return { name, text: said };
  });
  return { before: before.trim(), tags };
}
