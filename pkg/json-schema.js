// JSON Schemas as the option `schema` of register(), checked by @cfworker/json-schema. It compiles no code, so it works under a strict
// Content-Security-Policy. Import this once, before the first of them is registered.
import { Validator } from '@cfworker/json-schema';

const TYPES = 'array boolean integer null number object string'.split(' ');
/** What `$schema` says, and what the validator calls it. */
const DRAFTS = { 'draft-04': '4', 'draft-06': '7', 'draft-07': '7', '2019-09': '2019-09' };

const draftOf = ({ $schema }) =>
  DRAFTS[Object.keys(DRAFTS).find((name) => String($schema).includes(name))] ?? '2020-12';

/** Throws for what the validator would find, or overlook, when the first message comes. */
function examine(schema, lookup) {
  for (const type of [schema.type ?? []].flat()) {
    if (!TYPES.includes(type)) throw new Error(`there is no type '${String(type)}'; there are: ${TYPES.join(' ')}`);
  }
  const patterns = [schema.pattern ?? [], Object.keys(Object(schema.patternProperties))];
  for (const pattern of patterns.flat()) new RegExp(pattern, 'u');
  const target = schema.__absolute_ref__;
  if (target !== undefined && !(target in lookup)) throw new Error(`$ref '${schema.$ref}' leads nowhere`);
}

/** A payload as JSON has it: a property that is undefined is not there. */
function asJson(value) {
  if (Array.isArray(value)) return value.map(asJson);
  if (Object.prototype.toString.call(value) !== '[object Object]') return value;
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([name, part]) => [name, asJson(part)]));
}

/** `#/user/name` as `['user', 'name']`. */
const pathOf = (location) =>
  decodeURI(location)
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const issueOf = ({ instanceLocation, error }) => {
  const path = pathOf(instanceLocation);
  return { message: path.length > 0 ? `${path.join('.')}: ${error}` : error, path };
};

/** Told apart from a misspelt something by its keywords. */
const KEYWORD = /^(\$.+|type|properties|patternProperties|items|required|enum|const|not|if|(any|one|all)Of)$/;
const isJsonSchema = (value) =>
  Object.prototype.toString.call(value) === '[object Object]' && Object.keys(value).some((name) => KEYWORD.test(name));

/** A Standard Schema that lets through what the JSON Schema does. Throws if it is none. */
export function jsonSchema(schema) {
  const validator = new Validator(structuredClone(schema), draftOf(schema));
  for (const part of Object.values(validator.lookup)) examine(part, validator.lookup);
  return {
    '~standard': {
      version: 1,
      vendor: 'parley-sync',
      validate(value) {
        const { valid, errors } = validator.validate(asJson(value));
        // The last is about the innermost value; those before say which values it is in.
        return valid ? { value } : { issues: errors.reverse().map(issueOf) };
      },
    },
  };
}

/** The Standard Schema, or what is wrong with the value. */
function compiled(value) {
  if (!isJsonSchema(value)) return 'must be a Standard Schema, a predicate or a JSON Schema';
  try {
    return jsonSchema(value);
  } catch (error) {
    return `is no valid JSON Schema: ${error.message}`;
  }
}

Object.defineProperty(globalThis, Symbol.for('parley-sync.json-schema'), { value: compiled, configurable: true });
