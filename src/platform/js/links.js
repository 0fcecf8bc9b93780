// The forms in which a link of the user's carries frames: as they are, as bytes, or as text that JSON leaves unchanged.
import { fromBase64, fromBytes, toBase64, toBytes } from './bytes.js';
import { received } from './values.js';

const [, BYTES, TEXT] = [0, 1, 2];

/** A frame as text is valid JSON by itself: a string, which may arrive with its quotes or parsed. */
const FRAME = /^"?parley-sync:([A-Za-z0-9+/=]*)"?$/;

const textOf = (frame) => (typeof frame === 'string' ? FRAME.exec(frame)?.[1] : undefined);

const isBytes = (frame) => ArrayBuffer.isView(frame) || frame instanceof ArrayBuffer;

/** The form that a link asks for. */
export function linkForm(link) {
  return link.binary ? BYTES : link.json ? TEXT : 0;
}

/** What a link is given to send. Throws SerializationError for what has no bytes. */
export function toLink(frame, form) {
  const bytes = toBytes(frame);
  return form === BYTES ? bytes : `"parley-sync:${toBase64(bytes)}"`;
}

/** The frame that a link has brought; undefined if it is none of ours, null if it is one in another form than `form`. */
export function fromLink(frame, form) {
  const text = textOf(frame);
  const found = text !== undefined ? TEXT : isBytes(frame) ? BYTES : 0;
  if (found !== form) return found !== 0 || Array.isArray(frame) ? null : undefined;
  try {
    return form === TEXT ? fromBytes(fromBase64(text)) : form === BYTES ? fromBytes(frame) : received(frame);
  } catch {
    return undefined;
  }
}

/**
 * Whether a link has changed a join on its way: JSON has no undefined and no typed arrays. The seventh element is undefined on a
 * link, the ninth a Float64Array; a join of an older version ends before that.
 */
export function isChanged(join) {
  const probe = join[8];
  return join.length > 6 && (join[6] !== undefined || (join.length > 8 && !ArrayBuffer.isView(probe)));
}
