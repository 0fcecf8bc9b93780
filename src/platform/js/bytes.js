// Frames as bytes, for links that carry nothing else. Knows what structured clone knows, cycles and shared references
// included, but for platform objects (Blob, ImageBitmap, CryptoKey, ports ...), which have no bytes of their own.
import { makeError } from './errors.js';
import { isBuffer, isDate, isError, isMap, isRegExp, isSet, viewKind } from './kinds.js';

const TAG = Object.fromEntries(
  'undefined null false true number string bigint array object map set date regexp buffer view error ref wide'
    .split(' ')
    .map((name, i) => [name, i]),
);
const VIEWS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];
const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

class Writer {
  path = [];
  #bytes = new Uint8Array(256);
  #length = 0;
  #seen = new Map();

  #reserve(size) {
    if (this.#length + size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    const at = this.#length;
    this.#length += size;
    return at;
  }
  byte(value) {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }
  count(value) {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }
  number(value) {
    const at = this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(at, value);
  }
  raw(bytes) {
    this.count(bytes.length);
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }
  string(text) {
    const bytes = new TextEncoder().encode(text);
    if (new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) === text) {
      this.byte(TAG.string);
      this.raw(bytes);
    } else {
      // Half surrogates, which UTF-8 cannot say.
      const wide = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
      this.byte(TAG.wide);
      this.raw(new Uint8Array(wide.buffer));
    }
  }
  /** A part of something: the error names its place on the way out. */
  part(key, read) {
    try {
      this.value(read());
    } catch (error) {
      this.path.unshift(typeof key === 'object' ? '(key)' : String(key));
      throw error;
    }
  }
  value(value) {
    if (value === undefined) this.byte(TAG.undefined);
    else if (value === null) this.byte(TAG.null);
    else if (value === false) this.byte(TAG.false);
    else if (value === true) this.byte(TAG.true);
    else if (typeof value === 'number') {
      this.byte(TAG.number);
      this.number(value);
    } else if (typeof value === 'string') this.string(value);
    else if (typeof value === 'bigint') {
      this.byte(TAG.bigint);
      this.string(value.toString());
    } else if (typeof value === 'object') this.object(value);
    else throw new TypeError(`a ${typeof value} has no bytes`);
  }
  entries(tag, object, keys) {
    this.byte(tag);
    this.count(keys.length);
    for (const key of keys) {
      this.string(key);
      this.part(key, () => object[key]);
    }
  }
  object(value) {
    const known = this.#seen.get(value);
    if (known !== undefined) {
      this.byte(TAG.ref);
      this.count(known);
      return;
    }
    this.#seen.set(value, this.#seen.size);
    if (Array.isArray(value)) {
      this.byte(TAG.array);
      this.count(value.length);
      const keys = Object.keys(value);
      this.count(keys.length);
      for (const key of keys) {
        this.string(key);
        this.part(key, () => value[key]);
      }
    } else if (isDate(value)) {
      this.byte(TAG.date);
      this.number(value.getTime());
    } else if (isRegExp(value)) {
      this.byte(TAG.regexp);
      this.string(value.source);
      this.string(value.flags);
    } else if (isMap(value)) {
      this.byte(TAG.map);
      this.count(value.size);
      for (const [key, inner] of value) {
        this.part(key, () => key);
        this.part(key, () => inner);
      }
    } else if (isSet(value)) {
      this.byte(TAG.set);
      this.count(value.size);
      for (const inner of value) this.part(inner, () => inner);
    } else if (isBuffer(value)) {
      this.byte(TAG.buffer);
      this.raw(new Uint8Array(value));
    } else if (ArrayBuffer.isView(value)) {
      const kind = VIEWS.findIndex(({ name }) => name === viewKind(value));
      if (kind < 0) throw new TypeError('a view of an unknown kind');
      this.byte(TAG.view);
      this.byte(kind);
      this.raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (isError(value)) {
      this.byte(TAG.error);
      this.byte(
        Math.max(
          0,
          ERRORS.findIndex((kind) => value.name === kind.name),
        ),
      );
      this.string(String(value.message));
    } else {
      const tag = Object.prototype.toString.call(value);
      if (tag !== '[object Object]') throw new TypeError(`${tag} has no bytes`);
      this.entries(TAG.object, value, Object.keys(value));
    }
  }
  finish() {
    return this.#bytes.slice(0, this.#length);
  }
}

class Reader {
  #bytes;
  #view;
  #at = 0;
  #seen = [];
  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  get done() {
    return this.#at === this.#bytes.length;
  }
  byte() {
    return this.#view.getUint8(this.#at++);
  }
  count() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) break;
    }
    // Everything that is counted takes at least a byte: a larger count is false, reported before anything is allocated.
    if (value > this.#bytes.length) throw new RangeError('a count beyond the frame');
    return value;
  }
  number() {
    const value = this.#view.getFloat64(this.#at);
    this.#at += 8;
    return value;
  }
  raw() {
    const size = this.count();
    if (this.#at + size > this.#bytes.length) throw new RangeError('a run beyond the frame');
    return this.#bytes.slice(this.#at, (this.#at += size));
  }
  string() {
    const tag = this.byte();
    if (tag === TAG.string) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.raw());
    if (tag !== TAG.wide) throw new TypeError('no string');
    const bytes = this.raw();
    let out = '';
    for (const unit of new Uint16Array(bytes.buffer, 0, bytes.length >> 1)) out += String.fromCharCode(unit);
    return out;
  }
  #fill(object, count) {
    for (let i = 0; i < count; i++) {
      const key = this.string();
      const value = this.value();
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return object;
  }
  #note(object) {
    this.#seen.push(object);
    return object;
  }
  value() {
    const tag = this.byte();
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.number:
        return this.number();
      case TAG.bigint:
        return BigInt(this.string());
      case TAG.string:
      case TAG.wide:
        this.#at--;
        return this.string();
      case TAG.ref: {
        const at = this.count();
        if (at >= this.#seen.length) throw new RangeError('a reference to nothing');
        return this.#seen[at];
      }
      case TAG.array: {
        let length = 0;
        for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
          byte = this.byte();
          length += (byte % 128) * scale;
        }
        const out = this.#note([]);
        const count = this.count();
        this.#fill(out, count);
        out.length = length;
        return out;
      }
      case TAG.object:
        return this.#fill(this.#note({}), this.count());
      case TAG.map: {
        const out = this.#note(new Map());
        for (let n = this.count(); n > 0; n--) {
          const key = this.value();
          out.set(key, this.value());
        }
        return out;
      }
      case TAG.set: {
        const out = this.#note(new Set());
        for (let n = this.count(); n > 0; n--) out.add(this.value());
        return out;
      }
      case TAG.date:
        return this.#note(new Date(this.number()));
      case TAG.regexp:
        return this.#note(new RegExp(this.string(), this.string()));
      case TAG.buffer:
        return this.#note(this.raw().buffer);
      case TAG.view: {
        const at = this.#seen.push(undefined) - 1;
        const kind = VIEWS[this.byte()];
        this.#seen[at] = new kind(this.raw().buffer);
        return this.#seen[at];
      }
      case TAG.error: {
        const at = this.#seen.push(undefined) - 1;
        const kind = ERRORS[this.byte()];
        this.#seen[at] = new kind(this.string());
        return this.#seen[at];
      }
      default:
        throw new TypeError('no such tag');
    }
  }
}

/** Throws SerializationError for what has no bytes. */
export function toBytes(frame) {
  const writer = new Writer();
  try {
    writer.value(frame);
  } catch (cause) {
    // The first step leads through the frame to the payload, which is all the sender knows of.
    const path = writer.path.slice(1).join('.');
    const what = path === '' ? 'the value' : path;
    const error = makeError('ERR_SERIALIZATION', `${what} has no form in bytes, which is all this link carries`, {
      path,
    });
    error.cause = cause;
    throw error;
  }
  return writer.finish();
}

/** The frame, or undefined for bytes that are none of ours. */
export function fromBytes(bytes) {
  try {
    const own = isBuffer(bytes) ? new Uint8Array(bytes) : bytes;
    if (!ArrayBuffer.isView(own)) return undefined;
    const reader = new Reader(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
    const value = reader.value();
    return reader.done ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes as text. */
export function toBase64(bytes) {
  let out = '';
  for (let i = 0; i < bytes.length; i += 0x8000) out += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(out);
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
