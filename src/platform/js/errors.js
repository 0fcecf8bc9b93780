// Real Error subclasses: what `instanceof` and stack traces need and wasm cannot define.

export class ParleyError extends Error {
  constructor(code, message, details) {
    super(message);
    this.code = code;
    if (details !== undefined) this.details = details;
  }
}
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
  ['ERR_PEER_LOST', ConnectionError],
  ['ERR_CONNECTION', ConnectionError],
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

export function makeError(code, message, details) {
  return new (byCode.get(code) ?? ParleyError)(code, message, details);
}

export function errorClasses() {
  return classes;
}

// Node and the like, where a page is rendered for its first sight.
const isServer = typeof document === 'undefined' && typeof WorkerGlobalScope === 'undefined';

/** Whether an error is not worth a line in the console: on a server there is no storage, and nothing to be stored. */
export function isExpected(error) {
  return isServer && error?.code === 'ERR_STORAGE' && error.details?.reason === 'missing';
}
