// What the search box of the docs finds: the sections of the guides, and the names of the API.
import { readable } from './html.mjs';

const HEADING = /<h([1-3])\b[^>]*\bid="([^"]+)"[^>]*>/g;

/** `[{ title, page, path, text }]`: for each heading its section up to the next; `path` leads to it from `docs/`. */
export function searchIndex(pages) {
  return pages.flatMap(({ path, title, html }) => {
    const from = path.replace(/^docs\//, '');
    const starts = [...html.matchAll(HEADING)];
    return starts.map(({ 0: tag, 1: level, 2: id, index }, at) => {
      const close = html.indexOf(`</h${level}>`, index);
      const end = starts[at + 1]?.index ?? html.length;
      return {
        title: readable(html.slice(index + tag.length, close)),
        page: title,
        path: level === '1' ? from : `${from}#${id}`,
        text: readable(html.slice(close, end)),
      };
    });
  });
}
