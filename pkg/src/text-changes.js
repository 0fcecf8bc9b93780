// Lists of changes to a text: `{ from, to, insert }`, in UTF-16 units of the text before all of them, in their order, not overlapping.
// What may be done with them: made, composed, inverted, and moved over changes that others made to the same text.

const isHigh = (unit) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit) => unit >= 0xdc00 && unit < 0xe000;

/** Whether a position is inside of a surrogate pair. */
export const cutsPair = (text, at) =>
  at > 0 && at < text.length && isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1));

const CHUNK = 4096;

/**
 * The one change that makes `before` into `after`, undefined if nothing differs; no surrogate pair is cut. Long texts are
 * compared in pieces, as the engine compares memory.
 */
export function difference(before, after) {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  const sameHead = (length) => before.slice(from, from + length) === after.slice(from, from + length);
  while (from + CHUNK <= shorter && sameHead(CHUNK)) from += CHUNK;
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from += 1;
  if (from > 0 && isHigh(before.charCodeAt(from - 1))) from -= 1;
  let [to, end] = [before.length, after.length];
  const room = () => Math.min(to, end) - from;
  while (room() >= CHUNK && before.slice(to - CHUNK, to) === after.slice(end - CHUNK, end))
    [to, end] = [to - CHUNK, end - CHUNK];
  while (room() > 0 && before.charCodeAt(to - 1) === after.charCodeAt(end - 1)) [to, end] = [to - 1, end - 1];
  if (isLow(before.charCodeAt(to)) && to < before.length) [to, end] = [to + 1, end + 1];
  return { from, to, insert: after.slice(from, end) };
}

/** The text after the changes. */
export function applied(text, changes) {
  const parts = [];
  let passed = 0;
  for (const { from, to, insert } of changes) {
    parts.push(text.slice(passed, from), insert);
    passed = to;
  }
  parts.push(text.slice(passed));
  return parts.join('');
}

/** What takes the changes to `text` back. */
export function inverted(changes, text) {
  let moved = 0;
  return changes.map(({ from, to, insert }) => {
    const at = from + moved;
    moved += insert.length - (to - from);
    return { from: at, to: at + insert.length, insert: text.slice(from, to) };
  });
}

/** Several lists, each of the text after the one before it, as one. */
export function composed(lists) {
  if (lists.length === 1) return lists[0];
  // The text after, as pieces of the text before (numbers) and new ones (strings).
  let pieces = [[0, Infinity]];
  for (const changes of lists) pieces = cut(pieces, changes);
  const made = [];
  let [passed, insert] = [0, ''];
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      insert += piece;
      continue;
    }
    if (piece[0] > passed || insert !== '') made.push({ from: passed, to: piece[0], insert });
    [passed, insert] = [piece[1], ''];
  }
  return made;
}

const lengthOf = (piece) => (typeof piece === 'string' ? piece.length : piece[1] - piece[0]);

/** The pieces after changes to what they make. */
function cut(pieces, changes) {
  const made = [];
  const rest = pieces.values();
  let piece = rest.next().value;
  let at = 0; // where `piece` begins
  const take = (end, keeps) => {
    while (piece !== undefined && at < end) {
      const length = Math.min(end - at, lengthOf(piece));
      if (keeps) made.push(typeof piece === 'string' ? piece.slice(0, length) : [piece[0], piece[0] + length]);
      at += length;
      if (length === lengthOf(piece)) piece = rest.next().value;
      else piece = typeof piece === 'string' ? piece.slice(length) : [piece[0] + length, piece[1]];
    }
  };
  for (const { from, to, insert } of changes) {
    take(from, true);
    take(to, false);
    if (insert !== '') made.push(insert);
  }
  if (piece !== undefined) made.push(piece, ...rest);
  return made;
}

/**
 * Where a position is after the changes. With `side` below 0 what is inserted just there comes behind it, otherwise before it.
 * One inside of what is replaced is behind what replaces it.
 */
export function movedPosition(position, changes, side) {
  let moved = 0;
  for (const { from, to, insert } of changes) {
    if (position < from || (position === from && side < 0)) break;
    if (position < to) return from + moved + insert.length;
    moved += insert.length - (to - from);
  }
  return position + moved;
}

/**
 * `changes` as changes to the text after `others`, which were made to the same text: they delete nothing that the others inserted, and
 * nothing twice. Where both insert at one place, the others' stands first, unless `isFirst`.
 */
export function moved(changes, others, isFirst = false) {
  const made = [];
  const add = (from, to, insert) => {
    const last = made.at(-1);
    if (last !== undefined && last.to === from && (insert === '' || last.from === last.to)) {
      last.to = to;
      last.insert += insert;
    } else if (to > from || insert !== '') made.push({ from, to, insert });
  };
  for (const { from, to, insert } of changes) {
    let at = movedPosition(from, others, isFirst ? -1 : 1);
    // What it deletes begins behind what others inserted at that place.
    if (insert !== '') add(at, at, insert);
    at = from;
    const until = (end) => {
      if (end > at) add(movedPosition(at, others, 1), movedPosition(end, others, -1), '');
    };
    for (const other of others) {
      if (other.to <= at && other.from < at) continue;
      if (other.from >= to) break;
      until(Math.max(at, other.from));
      at = Math.max(at, Math.min(to, other.to));
    }
    until(to);
  }
  return made;
}
