// The options that users give: which are known, which are not, and what those of ParleyJS mean here.
import { makeError } from './errors.js';
import { log } from './log.js';

/** Sets a limit of a peer, which ParleyJS has as an option of its own. */
const limit = (ours, name, value) => {
  ours.limits = { ...ours.limits, [name]: value };
};

/**
 * What ParleyJS documents besides, by the first option of ours that the call takes: of `create`, `send`, `broadcast` and `register`. A
 * function writes it down as options of ours, a text says why it has no effect.
 */
const PARLEYJS = {
  allowedOrigins: {
    sendTimeout: (ours, timeout) => (ours.timeout = timeout),
    debug: (ours, on) => on && (ours.logLevel = 'debug'),
    maxPayloadSize: (ours, bytes) => limit(ours, 'messageBytes', bytes),
    rateLimit: (ours, value) => value?.enabled === false || limit(ours, 'messagesPerSecond', value?.messagesPerSecond),
    heartbeat: 'not needed',
    requireOriginMatch: 'always on',
    validateMessages: 'always on',
    maxMessageAge: 'use timeout',
  },
  targetId: { correlationId: 'use messageId', priority: 'order is kept', metadata: 'use the payload' },
  transfer: { expectsResponse: 'not needed' },
  schema: {
    requestSchema: (ours, schema) => (ours.schema = schema),
    responseSchema: 'check the answer',
    onError: 'use system:error',
    description: 'not needed',
  },
};

/** Options that are lists: any iterable will do. */
const LISTS = ['allowedOrigins', 'keys', 'messages', 'read', 'syncedKeys', 'transfer', 'write'];

const listed = (name, value) =>
  LISTS.includes(name) && typeof value === 'object' && value !== null && Symbol.iterator in value ? [...value] : value;

const wrong = (message, option) => makeError('ERR_CONFIG', message, { option });

/**
 * The values of the `known` options in their order, then `[name, why]` of each option of ParleyJS that has no effect, or undefined.
 * Any other is ERR_CONFIG: misspelt options are errors, not silence. What every object of the page was given by somebody's
 * mistake is no option.
 */
export function readOptions(given, known, what) {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong(`${what} must be an object`);
  const names = known.split(' ');
  const theirs = PARLEYJS[names[0]] ?? {};
  const ours = { __proto__: null };
  let ignored;
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    if (!Object.hasOwn(theirs, name)) {
      throw wrong(`unknown option '${name}' in ${what}; there are: ${known}`, name);
    }
    const meaning = theirs[name];
    const value = given[name];
    if (value === undefined) continue;
    if (typeof meaning === 'string') (ignored ??= []).push([name, meaning]);
    else meaning(ours, value);
  }
  const valueOf = (name) => {
    const value = name in Object.prototype && !Object.hasOwn(given, name) ? undefined : given[name];
    return value === undefined ? ours[name] : listed(name, value);
  };
  return [...names.map(valueOf), ignored];
}

/** Logs each ignored option once; `reported` remembers which. */
export function noteIgnored(most, logger, reported, ignored) {
  for (const one of ignored) {
    if (reported.includes(one[0])) continue;
    reported.push(one[0]);
    log(most, logger, 'ignored', one);
  }
}

/** A Standard Schema or a predicate, from the option `schema`. Throws ERR_CONFIG. */
export function schemaOf(value) {
  let problem =
    "must be a Standard Schema or a predicate; for a JSON Schema: npm install @cfworker/json-schema, and import 'parley-sync/json-schema' first";
  try {
    if (typeof value === 'function' || typeof value['~standard']?.validate === 'function') return value;
    // 'parley-sync/json-schema' leaves there what makes a Standard Schema of a JSON Schema, or says why it cannot: on the global object,
    // so that the forms of the package for `import`, `require` and scripts find it.
    const made = globalThis[Symbol.for('parley-sync.json-schema')](value);
    if (typeof made === 'object') return made;
    problem = made;
  } catch {
    // There is no such function, or the value cannot be looked at.
  }
  throw wrong(`the option schema ${problem}`, 'schema');
}
