// Code as HTML: coloured by highlight.js when the site is built, with the package's names linked to the reference.
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import { escape } from './html.mjs';

for (const [name, language] of Object.entries({ bash, css, javascript, json, typescript, xml }))
  hljs.registerLanguage(name, language);
const ALIASES = { sh: 'bash', js: 'javascript', mjs: 'javascript', ts: 'typescript', tsx: 'typescript', html: 'xml' };

/** The inside of a `<code>` element. A language that is not known, `text` for one, stays plain. */
export function highlight(code, language) {
  const name = ALIASES[language] ?? language;
  return hljs.getLanguage(name) ? hljs.highlight(code, { language: name }).value : escape(code);
}

/** Links each identifier that `address(name)` knows, in highlighted code that is no string, comment or property name. */
export function linkNames(html, address) {
  const open = [];
  return html
    .split(/(<[^>]+>)/)
    .map((part) => {
      if (part.startsWith('</')) open.pop();
      else if (part.startsWith('<')) open.push(part);
      else if (!open.some((tag) => /hljs-(string|comment|attr)/.test(tag)))
        return part.replace(/(?<![&.\w$])[A-Za-z_]\w*(?![\w;])/g, (name) => {
          const to = address(name);
          return to ? `<a href="${escape(to)}">${name}</a>` : name;
        });
      return part;
    })
    .join('');
}
