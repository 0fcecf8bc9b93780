// Small helpers for writing HTML.

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as HTML, also between double quotes. */
export const escape = (text) => text.replace(/[&<>"]/g, (one) => ENTITIES[one]);

/** Joins what is there; `false`, `undefined` and empty strings are left out. */
export const lines = (...parts) => parts.flat(Infinity).filter(Boolean).join('\n');

/** A function that turns headings into anchors as GitHub does; of equal ones the second gets `-1`, the third `-2`. */
export function slugger() {
  const counts = new Map();
  return (heading) => {
    const base = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}-${count}`;
  };
}

/** The address of `to` as written on the page `from`; both are paths below the site's root. */
export function relative(from, to) {
  const [path, anchor] = to.split('#');
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  if (path === from && suffix) return suffix;
  const here = from.split('/').slice(0, -1);
  const there = path.split('/');
  while (here.length > 0 && here[0] === there[0]) {
    here.shift();
    there.shift();
  }
  return '../'.repeat(here.length) + there.join('/') + suffix;
}

/** The text that a piece of HTML shows. */
export const readable = (html) =>
  html
    .replace(/<\/(?:p|li|h\d|td|th|tr|pre|dt|dd|div)>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'")
    .replace(/\s+/g, ' ')
    .trim();
