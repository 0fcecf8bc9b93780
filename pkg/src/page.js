// Which of the Parleys of one page came last. A hot replacement that destroys nothing leaves the one before it running: it is
// connected as ever, and nobody uses it.
const PAGE = Symbol.for('parley-sync.page');

/** Parleys of a test network: each stands for a window of its own, though they share a page. */
export const simulated = new WeakSet();

const places = new WeakMap();

/**
 * `[page, number]` of a Parley: the same page for all of one document, whatever copy of the package made them, and a number
 * that is higher the later it asked. Undefined outside of documents.
 */
export function placeOf(parley) {
  if (typeof document !== 'object' || simulated.has(parley)) return undefined;
  let place = places.get(parley);
  if (place === undefined) {
    const page = (globalThis[PAGE] ??= { id: parley._uids[0], count: 0 });
    place = [page.id, ++page.count];
    places.set(parley, place);
  }
  return place;
}
