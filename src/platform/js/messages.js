// Small factories for what crosses to other windows and to users: one call each instead of many property writes from wasm.
import { isExpected, makeError } from './errors.js';
import { isBuffer, isError, isMap, isPlain, isRegExp, isSet } from './kinds.js';

export { noteIgnored, readOptions, schemaOf } from './options.js';
export { makeError };

// Every copy of this package on a page marks its Parleys under the same symbol, each with an object of its own.
const PARLEY = Symbol.for('parley-sync.parley');
const thisCopy = {};

/** Marks a class as the Parley of this copy of the package. */
export function brandParley(parley) {
  const brand = Object.freeze({
    copy: thisCopy,
    get version() {
      return parley.VERSION;
    },
  });
  Object.defineProperty(parley.prototype, PARLEY, { value: brand });
}

/** Which copy of the package made a Parley: 'own', the version of another one, or '' for what is no Parley. */
export function copyOf(messenger) {
  try {
    const brand = messenger[PARLEY];
    if (brand === undefined) return '';
    return brand.copy === thisCopy ? 'own' : String(brand.version);
  } catch {
    return '';
  }
}

/** A promise and its two ends: [promise, resolve, reject]. */
export function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return [promise, resolve, reject];
}

/**
 * `then` of a promise, or of whatever says that it is one. A promise's own `then` is the language's, whatever properties it
 * was given; what anything else throws when it is asked is a rejection.
 */
export function when(value, fulfilled, rejected) {
  let promise;
  try {
    promise = Promise.resolve(value);
    Promise.prototype.then.call(promise, fulfilled, rejected);
  } catch (error) {
    Promise.reject(error).then(fulfilled, rejected);
  }
}

/** Marks a promise as looked after: its rejection is reported by other means. */
export function handled(promise) {
  when(promise, undefined, () => {});
}

/** A step of the handshake: what crosses before there is a port. */
export function makeStep(parley, step, nonce, mark, from) {
  const out = { parley, step };
  if (nonce !== '') Object.assign(out, { nonce, mark });
  if (from !== '') out.from = from;
  return out;
}

/** Its parts. Only ever of a structured clone, which has no getters. */
export function readStep({ parley, step, nonce, mark, from }) {
  return [parley, step, nonce, mark, from];
}

export function messageFrame(kind, id, type, payload, expects) {
  return [kind, id, type, payload, expects];
}

export function answerFrame(kind, id, ok, value, message) {
  return message === undefined ? [kind, id, ok, value] : [kind, id, ok, value, message];
}

/** What a handler gets as its second argument. */
export function makeRespond(respond, peer, id) {
  return (value, transfer) => respond(peer, id, value, transfer);
}

// `(a, b)`, `async (a, b) =>`, `function name({ c, d }, b)`, `method(a, b)`: the last name in the first parentheses.
const LAST_PARAMETER = /^[^()=]*\([^()]*,\s*([\w$]+)\s*,?\s*\)/;
const READS_ALL = /\b(arguments|eval)\b|\\u/;
const responders = new WeakMap();

/**
 * Whether a handler of two parameters may call the second, `respond`: unless its source shows that it never names it. What
 * has no readable source (bound and native functions, proxies, unusual parameters) may.
 */
export function namesRespond(handler) {
  let known = responders.get(handler);
  if (known === undefined) {
    try {
      const source = Function.prototype.toString.call(handler);
      const [head, name] = LAST_PARAMETER.exec(source) ?? [];
      const body = source.slice(head?.length);
      const names = name && new RegExp(`(^|[^\\w$])${name.replaceAll('$', '\\$')}([^\\w$]|$)`);
      known = !names || READS_ALL.test(source) || names.test(body);
    } catch {
      known = true;
    }
    responders.set(handler, known);
  }
  return known;
}

/** What a handler gets as its third argument. The signal is made only if somebody looks at it. */
class MessageMetadata {
  #control;
  #reason;
  #later = false;
  constructor(messageId, senderId, origin, timestamp, expectsResponse, relayedFrom) {
    this.messageId = messageId;
    this.senderId = senderId;
    this.origin = origin;
    this.timestamp = timestamp;
    this.expectsResponse = expectsResponse;
    if (relayedFrom !== undefined) this.relayedFrom = relayedFrom;
  }
  get signal() {
    if (this.#control === undefined) {
      this.#control = new AbortController();
      if (this.#reason !== undefined) this.#control.abort(this.#reason);
    }
    return this.#control.signal;
  }
  answerLater() {
    this.#later = true;
  }
  static answersLater(metadata) {
    return metadata.#later;
  }
  static abort(metadata, code, message) {
    metadata.#reason = makeError(code, message);
    metadata.#control?.abort(metadata.#reason);
  }
}

export function makeMetadata(messageId, senderId, origin, timestamp, expectsResponse, relayedFrom) {
  return new MessageMetadata(messageId, senderId, origin, timestamp, expectsResponse, relayedFrom);
}

export function answersLater(metadata) {
  return MessageMetadata.answersLater(metadata);
}

export function abortMetadata(metadata, code, message) {
  MessageMetadata.abort(metadata, code, message);
}

export function peerInfo(id, kind, origin, state, latency) {
  const info = { id, kind, origin, state };
  if (latency >= 0) info.latency = latency;
  return info;
}

const isShort = (text) => typeof text === 'string' && text.length <= 1024;

/** The peer of the sender that a relayed frame is from, as the sender says; undefined if the frame is malformed. */
export function relaySource([, , , , , id, kind, origin]) {
  if (isShort(id) && isShort(kind) && isShort(origin)) return peerInfo(id, kind, origin, 'connected');
}

/** Calls `run` when the signal aborts (at once if it has); returns how to stop listening. */
export function onAbort(signal, run) {
  if (signal.aborted) {
    run();
    return () => {};
  }
  signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}

/** Also what cannot be asked: as a promise it is rejected, with what it threw. */
export function isThenable(value) {
  try {
    return (
      (typeof value === 'object' || typeof value === 'function') && value !== null && typeof value.then === 'function'
    );
  } catch {
    return true;
  }
}

const textOf = (error) => {
  try {
    return String(error?.message ?? error);
  } catch {
    return 'what it threw has no text';
  }
};

const issueText = (issues) => {
  const first = Array.isArray(issues) ? issues[0] : undefined;
  return typeof first?.message === 'string' ? first.message : 'it does not match';
};

const resultOfSchema = (result) => {
  const issues = result?.issues;
  return issues ? [false, issueText(issues), issues] : [true, result?.value];
};
const failed = (error) => [false, textOf(error)];
const resultOfPredicate = (result, payload) => {
  if (result === false) return [false, 'the predicate resultOfPredicate no'];
  return [true, result === true || result === undefined ? payload : result];
};
const whenSettled = (result, then) => new Promise((resolve) => resolve(result)).then(then).catch(failed);

/**
 * Checks a payload: [true, value] or [false, text, issues], or a promise of one for validators that take time.
 * `schema` is a Standard Schema v1 validator or a predicate.
 */
export function check(schema, payload) {
  try {
    const standard = schema['~standard'];
    if (standard !== undefined) {
      const result = standard.validate(payload);
      return isThenable(result) ? whenSettled(result, resultOfSchema) : resultOfSchema(result);
    }
    const result = schema(payload);
    return isThenable(result)
      ? whenSettled(result, (value) => resultOfPredicate(value, payload))
      : resultOfPredicate(result, payload);
  } catch (error) {
    return failed(error);
  }
}

// Objects met before it is worth remembering which: most messages have fewer.
const REMEMBER_FROM = 64;

/** What a value takes that has no parts; -1 for one that has. */
const plainSize = (value) => {
  if (typeof value === 'string') return value.length;
  if (typeof value === 'object') return value === null ? 8 : -1;
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) === value) return 8;
  return value.toString(16).length / 2;
};

/** What an object takes that keeps it elsewhere than in its properties. A Blob is a handle: its bytes stay where they are. */
const hiddenSize = (part) => {
  if (isError(part)) return String(part.message).length + String(part.stack).length;
  if (isRegExp(part)) return part.source.length;
  if (Object.prototype.toString.call(part) === '[object String]') return part.length;
  return part.width > 0 && part.height > 0 ? part.width * part.height * 4 : 0;
};

// What is still to be weighed; kept, since nothing else runs meanwhile.
const parts = [];
const depths = [];

const visit = (inner, depth) => {
  const size = plainSize(inner);
  if (size >= 0) return size;
  parts.push(inner);
  depths.push(depth);
  return 0;
};

/** A list longer than this is looked through by its indices only: to ask for its keys would cost more than to copy it. */
const SPARSE_FROM = 1000;

const visitAll = (list, depth, limit) => {
  const { length } = list;
  const isDense = length < 2 || length >>> 1 in list;
  if (isDense && length * 8 > Math.min(limit, 2 ** 30)) return Infinity;
  let bytes = 0;
  if (isDense && (length > SPARSE_FROM || depth === 1 || Object.keys(list).length === length)) {
    for (let i = 0; i < length; i++) bytes += visit(list[i], depth);
  } else for (const key of Object.keys(list)) bytes += key.length + visit(list[key], depth);
  return bytes;
};

const weighOne = (part, depth, limit) => {
  if (Array.isArray(part)) return visitAll(part, depth, limit);
  if (ArrayBuffer.isView(part)) return visit(part.buffer, depth);
  let bytes = 0;
  if (!isPlain(part)) {
    if (isBuffer(part)) return part.byteLength;
    if (isMap(part)) {
      for (const [key, inner] of part) bytes += visit(key, depth) + visit(inner, depth);
      return bytes;
    }
    if (isSet(part)) {
      for (const inner of part) bytes += visit(inner, depth);
      return bytes;
    }
    bytes += hiddenSize(part);
  }
  for (const key of Object.keys(part)) bytes += key.length + visit(part[key], depth);
  return bytes;
};

const walk = (root, limit, deepest, seen) => {
  parts.length = 0;
  depths.length = 0;
  let met = 0;
  let bytes = visit(root, 0);
  while (parts.length > 0) {
    const part = parts.pop();
    const depth = depths.pop();
    if (depth > deepest) return -1;
    if (seen === undefined) {
      if (++met > REMEMBER_FROM) return undefined;
    } else if (seen.has(part)) continue;
    else seen.add(part);
    bytes += 16 + weighOne(part, depth + 1, limit - bytes);
    if (!(bytes <= limit)) return Infinity;
  }
  return bytes;
};

/**
 * About how many bytes a value takes on the wire, without serialising it: enough to refuse what is too large, cheap enough
 * for every message. Infinity for more than `limit`, -1 for one nested deeper than `deepest`.
 */
export function weigh(value, limit, deepest) {
  const weight = walk(value, limit, deepest) ?? walk(value, limit, deepest, new Set());
  parts.length = 0;
  return weight;
}

export function reportError(error) {
  if (!isExpected(error)) console.error(error);
}
