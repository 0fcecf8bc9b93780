// Small factories for what crosses to other windows and to users: one call each instead of many property writes from wasm.
import { makeError } from './errors.js';

export { makeError };

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

/** Marks a promise as looked after: its rejection is reported by other means. */
export function handled(promise) {
  promise.catch(() => {});
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

/** What a handler gets as its third argument. The signal is made only if somebody looks at it. */
class MessageMetadata {
  #control;
  #reason;
  constructor(messageId, senderId, origin, timestamp, expectsResponse) {
    this.messageId = messageId;
    this.senderId = senderId;
    this.origin = origin;
    this.timestamp = timestamp;
    this.expectsResponse = expectsResponse;
  }
  get signal() {
    if (this.#control === undefined) {
      this.#control = new AbortController();
      if (this.#reason !== undefined) this.#control.abort(this.#reason);
    }
    return this.#control.signal;
  }
  static abort(metadata, code, message) {
    metadata.#reason = makeError(code, message);
    metadata.#control?.abort(metadata.#reason);
  }
}

export function makeMetadata(messageId, senderId, origin, timestamp, expectsResponse) {
  return new MessageMetadata(messageId, senderId, origin, timestamp, expectsResponse);
}

export function abortMetadata(metadata, code, message) {
  MessageMetadata.abort(metadata, code, message);
}

export function peerInfo(id, kind, origin, state, latency) {
  const info = { id, kind, origin, state };
  if (latency >= 0) info.latency = latency;
  return info;
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

export function isThenable(value) {
  return (
    (typeof value === 'object' || typeof value === 'function') && value !== null && typeof value.then === 'function'
  );
}

const issueText = (issues) => {
  const first = Array.isArray(issues) ? issues[0] : undefined;
  return typeof first?.message === 'string' ? first.message : 'it does not match';
};

const verdict = (result) => (result?.issues ? [false, issueText(result.issues), result.issues] : [true, result?.value]);

/**
 * Checks a payload: [true, value] or [false, text, issues], or a promise of one for validators that take time.
 * `schema` is a Standard Schema v1 validator or a predicate.
 */
export function check(schema, payload) {
  try {
    const standard = schema['~standard'];
    if (standard !== undefined) {
      const result = standard.validate(payload);
      return isThenable(result)
        ? Promise.resolve(result).then(verdict, (error) => [false, String(error?.message ?? error)])
        : verdict(result);
    }
    const result = schema(payload);
    if (result === false) return [false, 'the predicate said no'];
    return [true, result === true || result === undefined ? payload : result];
  } catch (error) {
    return [false, String(error?.message ?? error)];
  }
}

export function isSchema(value) {
  return (
    typeof value === 'function' ||
    (typeof value === 'object' && value !== null && typeof value['~standard']?.validate === 'function')
  );
}

/** The values of the `known` options in their order; or the name of one that is not known: misspelt options are errors, not silence. */
export function readOptions(given, known) {
  const names = known.split(' ');
  return Object.keys(given).find((name) => !names.includes(name)) ?? names.map((name) => given[name]);
}

/** A rough count of the bytes a value takes on the wire: enough to refuse a flood, cheap enough for every message. */
export function weigh(value, limit) {
  let bytes = 0;
  const stack = [value];
  const seen = new Set();
  while (stack.length > 0 && bytes <= limit) {
    const part = stack.pop();
    if (typeof part === 'string') bytes += part.length;
    else if (typeof part === 'object' && part !== null) {
      if (seen.has(part)) continue;
      seen.add(part);
      bytes += 16;
      if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) bytes += part.byteLength;
      else if (part instanceof Map) for (const [key, inner] of part) stack.push(key, inner);
      else if (part instanceof Set) for (const inner of part) stack.push(inner);
      else {
        if (typeof Blob === 'function' && part instanceof Blob) bytes += part.size;
        for (const key of Object.keys(part)) {
          bytes += key.length;
          stack.push(part[key]);
        }
      }
    } else bytes += 8;
  }
  return bytes;
}

export function reportError(error) {
  console.error(error);
}
