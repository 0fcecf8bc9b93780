// The parts of a Markdown page that a test can check: code blocks, links, headings.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The pages for users, with their code blocks compiled; README first. */
export const userPages = () => [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
  'pkg/AGENTS.md',
];

/** Every page of the checkout that has links to check. */
export const allPages = () => [...userPages(), 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];

export const read = (page) => readFileSync(join(root, page), 'utf8');

/**
 * The fenced blocks of a page, each with the comments that stand before it and steer the tests:
 * - `<!-- given ... -->`: TypeScript declarations for this block and all that follow on the page; the next `given` takes its place;
 * - `<!-- run ... -->`: the next block runs in Node, after the code in the comment;
 * - `<!-- then ... -->`: code that runs after the block before it, in its scope, usually assertions.
 */
export function blocks(text) {
  const found = [];
  let given = '';
  let run;
  const parts = /^<!-- (given|run|then)\b([\s\S]*?)-->$|^( *)```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm;
  for (const match of text.matchAll(parts)) {
    const [, directive, argument, indent, language, code] = match;
    if (directive === 'given') given = argument.trim();
    else if (directive === 'run') run = argument;
    else if (directive === 'then') {
      const last = found.at(-1);
      if (last?.run === undefined) throw new Error('a "then" comment follows no block that runs');
      last.after += argument;
    } else {
      const line = text.slice(0, match.index).split('\n').length + 1;
      const plain = indent ? code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') : code;
      found.push({ language, code: plain, line, given, run, after: '' });
      run = undefined;
    }
  }
  return found;
}

export const isCode = ({ language }) => ['js', 'ts', 'tsx', 'jsx'].includes(language);

const withoutCode = (text) => text.replace(/^ *```[\s\S]*?^ *```$/gm, '').replace(/<!--[\s\S]*?-->/g, '');

/** The targets of links and images. */
export const links = (text) =>
  [
    ...withoutCode(text)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target]) => target);

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(text) {
  const counts = new Map();
  return [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const base = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}-${count}`;
  });
}

/** Links within `files` (name to text) that lead nowhere, as `page: target`. `exists` says whether another file is there. */
export function deadLinks(files, exists) {
  const dead = [];
  for (const [page, text] of files) {
    for (const target of links(text)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const full = path === '' ? page : join(page, '..', path);
      const there = files.get(full);
      if (there === undefined ? !exists(full) : anchor !== undefined && !anchors(there).includes(anchor))
        dead.push(`${page}: ${target}`);
    }
  }
  return dead;
}
