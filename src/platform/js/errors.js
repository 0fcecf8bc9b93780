// Real Error subclasses: what `instanceof` and stack traces need and wasm cannot define.

export class ParleyError extends Error {}
export class TimeoutError extends ParleyError {}
export class ConnectionError extends ParleyError {}
export class TargetNotFoundError extends ParleyError {}
export class ValidationError extends ParleyError {}
export class SecurityError extends ParleyError {}
export class SerializationError extends ParleyError {}

const classes = {
  ParleyError,
  TimeoutError,
  ConnectionError,
  TargetNotFoundError,
  ValidationError,
  SecurityError,
  SerializationError,
};
// The names are set by hand because minifiers rename classes.
for (const name of Object.keys(classes)) {
  Object.defineProperty(classes[name].prototype, 'name', { value: name, configurable: true, writable: true });
}

const byCode = new Map([
  ['ERR_TIMEOUT', TimeoutError],
  ['ERR_CONNECTION', ConnectionError],
  ['ERR_PEER_LOST', ConnectionError],
  ['ERR_WIRE_VERSION', ConnectionError],
  ['ERR_TARGET_NOT_FOUND', TargetNotFoundError],
  ['ERR_TARGET_AMBIGUOUS', TargetNotFoundError],
  ['ERR_VALIDATION', ValidationError],
  ['ERR_ARGUMENT', ValidationError],
  ['ERR_CONFIG', ValidationError],
  ['ERR_ORIGIN', SecurityError],
  ['ERR_DENIED', SecurityError],
  ['ERR_SERIALIZATION', SerializationError],
]);

// What users make themselves has the code that says no more than its class.
for (const [code, { prototype }] of byCode) prototype.code ??= code;

// A frame of the wasm, as Chromium and Node, Firefox and Safari write it; and one of the glue through which the wasm calls
// functions of this package, but not those of the user: so the build names them (`xtask/src/build/split/write.rs`).
const OF_WASM = /wasm-function|wasm:\/\/|\[wasm code\]/;
const OF_GLUE = /(?:^|[^\w$])_\$[a-z]/i;
/** Frames of the wasm that may stand before the caller's: engines keep ten unless they are asked for more. */
const MAX_WASM_FRAMES = 60;

/** The same error, whose stack begins with the line that called a method of the package. */
const fromCaller = (error, most) => {
  try {
    const { stack } = error;
    // V8 writes the message first.
    const start = stack.startsWith(String(error)) ? String(error).length + 1 : 0;
    const frames = stack.slice(start).split('\n');
    const first = frames.findIndex((frame) => OF_WASM.test(frame));
    const isOurs = first >= 0 && (first <= 2 || OF_GLUE.test(frames[first - 1]) || OF_GLUE.test(frames[first - 2]));
    const length = isOurs ? frames.slice(first).findIndex((frame) => !OF_WASM.test(frame)) : -1;
    // Behind those of the wasm is the method.
    const rest =
      length < 0
        ? []
        : frames
            .slice(first + length + 1)
            .filter(Boolean)
            .slice(0, most);
    if (rest.length === 0) return error;
    const value = stack.slice(0, start) + rest.join('\n');
    Object.defineProperty(error, 'stack', { value, writable: true, configurable: true });
  } catch {
    // An engine without stacks, or one that does not let them be changed.
  }
  return error;
};

export function makeError(code, message, details) {
  const { stackTraceLimit } = Error;
  const isShort = typeof stackTraceLimit === 'number' && stackTraceLimit > 0 && stackTraceLimit < MAX_WASM_FRAMES;
  try {
    if (isShort) Error.stackTraceLimit = MAX_WASM_FRAMES;
  } catch {
    // It is frozen.
  }
  const error = new (byCode.get(code) ?? ParleyError)(message);
  error.code = code;
  if (details !== undefined) error.details = details;
  try {
    if (isShort) Error.stackTraceLimit = stackTraceLimit;
  } catch {
    // It is frozen.
  }
  return fromCaller(error, isShort ? stackTraceLimit : MAX_WASM_FRAMES);
}

// Node and the like, where a page is rendered for its first sight.
const isServer = typeof document === 'undefined' && typeof WorkerGlobalScope === 'undefined';

/** Whether an error is not worth a line in the console: on a server there is no storage, and nothing to be stored. */
export function isExpected(error) {
  return isServer && error?.code === 'ERR_STORAGE' && error.details?.reason === 'missing';
}
