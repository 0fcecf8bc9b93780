// Markdown as HTML: anchors as on GitHub, links to the site's own pages, tables that a narrow window can stack.
import { posix } from 'node:path';
import markdownIt from 'markdown-it';
import { highlight } from './highlight.mjs';
import { escape, slugger } from './html.mjs';

const plain = (inline) =>
  inline.children.map((token) => (/text|code_inline/.test(token.type) ? token.content : '')).join('');

/** Without the comments that steer the tests: each begins a line. */
export const withoutComments = (text) => text.replace(/^<!--[\s\S]*?-->\n?/gm, '');

/** A block of code that keeps its lines and can be reached with the keyboard where it scrolls. */
export const codeBlock = (code, language) =>
  `<pre class="code"><code class="language-${escape(language || 'text')}">${highlight(code, language)}</code></pre>\n`;

/**
 * The page `file` (a path in the repository) as `{ html, title, headings: [{ level, id, text }] }`.
 * `address` turns the path that a link names, and its anchor, into an address.
 */
export function render(text, { file, address }) {
  const md = markdownIt({ html: false, linkify: false, highlight: undefined });
  const headings = [];
  const slug = slugger();
  md.renderer.rules.fence = (tokens, index) => codeBlock(tokens[index].content, tokens[index].info.trim());
  md.core.ruler.push('site', ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      if (token.type === 'heading_open') {
        const name = plain(tokens[index + 1]);
        token.attrSet('id', slug(name));
        headings.push({ level: Number(token.tag[1]), id: token.attrGet('id'), text: name });
      }
      for (const child of token.children ?? []) retarget(child, file, address);
    }
    stackable(tokens);
  });
  const html = md.render(withoutComments(text));
  return { html, title: headings.find(({ level }) => level === 1)?.text ?? file, headings };
}

function retarget(token, file, address) {
  const attribute = { link_open: 'href', image: 'src' }[token.type];
  const target = attribute && token.attrGet(attribute);
  if (!target || /^[a-z]+:/.test(target)) return;
  const [path, anchor] = target.split('#');
  const full = path === '' ? file : posix.join(posix.dirname(file), path);
  token.attrSet(attribute, address(full, anchor));
}

/**
 * Each cell carries the heading of its column, which a narrow window shows in front of it. The roles are written out, because a
 * table that is laid out as blocks loses its own. A cell that names error codes is a place to link to.
 */
function stackable(tokens) {
  const roles = {
    table_open: 'table',
    thead_open: 'rowgroup',
    tbody_open: 'rowgroup',
    tr_open: 'row',
    th_open: 'columnheader',
    td_open: 'cell',
  };
  let columns = [];
  let column = 0;
  for (const [index, token] of tokens.entries()) {
    if (roles[token.type]) token.attrSet('role', roles[token.type]);
    if (token.type === 'thead_open') columns = [];
    if (token.type === 'tr_open') column = 0;
    if (token.type === 'th_open') columns.push(plain(tokens[index + 1]));
    // A heading without words is none.
    if (token.type === 'th_open' && !columns.at(-1)) {
      token.tag = tokens[index + 2].tag = 'td';
      token.attrSet('role', 'cell');
    }
    if (token.type !== 'td_open') continue;
    if (columns[column]) token.attrSet('data-column', columns[column]);
    if (column === 0)
      for (const child of tokens[index + 1].children)
        if (child.type === 'code_inline' && /^ERR_\w+$/.test(child.content)) child.attrSet('id', child.content);
    column += 1;
  }
}

/** The prose of a comment in the declarations. Asterisks and underscores are meant as they stand; `code` turns what stands between backticks into HTML. */
export function prose(text, code) {
  const md = markdownIt({ html: false }).disable(['emphasis', 'heading', 'lheading', 'hr', 'code']);
  md.renderer.rules.code_inline = (tokens, index) => code(tokens[index].content);
  return md.render(text);
}
