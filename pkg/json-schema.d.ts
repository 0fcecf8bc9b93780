import type { JsonSchema } from './index.js';

/**
 * A Standard Schema that lets through what the JSON Schema does, for `register` and whatever takes one. Throws an Error that says what is
 * wrong with the schema. Once this module is imported, `register` takes JSON Schemas as they are. It needs `@cfworker/json-schema`.
 */
export function jsonSchema(schema: JsonSchema): {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): { value: unknown } | { issues: { message: string; path: string[] }[] };
  };
};
