// JSON Schemas as the option `schema` of register(): refused until the validator is imported, then as strict as any schema.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestNetwork } from '../../pkg/index.js';

const PERSON = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1 }, age: { type: 'integer' } },
  additionalProperties: false,
};

test('without the validator register() says what to install and import', () => {
  const parley = createTestNetwork().createParley();
  const wanted = {
    code: 'ERR_CONFIG',
    message: /npm install @cfworker\/json-schema, and import 'parley-sync\/json-schema'/,
  };
  assert.throws(() => parley.register('person', { schema: PERSON }), wanted);
  parley.destroy();
});

/** Two windows; the second has registered the schema, and knows what its handler was given. */
async function opened(schema) {
  await import('../../pkg/json-schema.js');
  const network = createTestNetwork({ seed: 4 });
  const [parley, other] = [network.createParley(), network.createParley()];
  await network.settle();
  const given = [];
  other.register('person', { schema });
  other.on('person', (payload) => (given.push(payload), 'taken'));
  return { network, parley, other, given, close: () => [parley, other].forEach((one) => one.destroy()) };
}

const refused = { code: 'ERR_VALIDATION' };

test('a message that fits is handled, one that does not is refused before any handler', async () => {
  const { parley, other, given, close } = await opened(PERSON);
  const fine = { name: 'Ada', age: 36 };
  assert.equal(await parley.send('person', fine), 'taken');
  for (const wrong of [
    {},
    { name: '' },
    { name: 'Ada', age: 1.5 },
    { name: 'Ada', more: 1 },
    null,
    undefined,
    7n,
    [fine],
  ]) {
    await assert.rejects(parley.send('person', wrong), refused, String(wrong));
  }
  assert.deepEqual(given, [fine]);
  close();
});

test('where it was registered it holds for what is sent, too, and says what is wrong where', async () => {
  const { network, parley, other, close } = await opened({
    ...PERSON,
    properties: { ...PERSON.properties, at: { properties: { x: { type: 'number' } } } },
  });
  const heard = [];
  parley.on('person', (payload) => heard.push(payload));
  const error = await other.send('person', { name: 'Ada', at: { x: 'left' } }).catch((error) => error);
  assert.equal(error.code, 'ERR_VALIDATION');
  assert.match(error.message, /at\.x: Instance type "string" is invalid/);
  assert.deepEqual(error.details.issues[0].path, ['at', 'x']);
  await assert.rejects(other.broadcast('person', { name: 7 }), refused);
  await network.settle();
  assert.deepEqual(heard, []);
  close();
});

test('a property that is undefined is not there, as in JSON; what is handed on is untouched', async () => {
  const { parley, given, close } = await opened(PERSON);
  const at = new Date(0);
  await parley.send('person', { name: 'Ada', age: undefined });
  assert.deepEqual(given, [{ name: 'Ada', age: undefined }]);
  await assert.rejects(parley.send('person', { name: undefined }), refused);
  await assert.rejects(parley.send('person', { name: at }), refused);
  close();
});

test('a schema that names itself is followed; a payload without an end is refused', async () => {
  const tree = { type: 'object', properties: { child: { $ref: '#' } }, required: ['name'] };
  const { parley, given, close } = await opened(tree);
  const cycle = { name: 'Ada' };
  cycle.child = cycle;
  await assert.rejects(parley.send('person', cycle), refused);
  await parley.send('person', { name: 'Ada', child: { name: 'Bea' } });
  await assert.rejects(parley.send('person', { name: 'Ada', child: {} }), refused);
  assert.deepEqual(given, [{ name: 'Ada', child: { name: 'Bea' } }]);
  close();
});

test('a schema that cannot be used is ERR_CONFIG at once, and leaves what was registered', async () => {
  const { parley, other, given, close } = await opened(PERSON);
  const wrong = {
    'there is no type': { type: 'strnig' },
    'Invalid regular expression': { type: 'string', pattern: '[' },
    'leads nowhere': { properties: { a: { $ref: '#/$defs/none' } } },
    'could not be cloned': { type: 'object', properties: { a: () => true } },
    'must be a Standard Schema, a predicate or a JSON Schema': { name: 'string' },
  };
  for (const [said, schema] of Object.entries(wrong)) {
    assert.throws(() => other.register('person', { schema }), { code: 'ERR_CONFIG', message: new RegExp(said) });
  }
  await assert.rejects(parley.send('person', {}), refused);
  assert.deepEqual(given, []);
  close();
});

test('a frozen schema is left as it is, and later changes of one change nothing', async () => {
  const schema = structuredClone(PERSON);
  const { parley, other, given, close } = await opened(schema);
  schema.required = [];
  await assert.rejects(parley.send('person', {}), refused);
  other.register('frozen', {
    schema: Object.freeze({ $ref: '#/$defs/n', $defs: Object.freeze({ n: { type: 'number' } }) }),
  });
  await assert.rejects(parley.send('frozen', 'one'), refused);
  assert.deepEqual(given, []);
  close();
});

test('jsonSchema() makes a Standard Schema of it', async () => {
  const { jsonSchema } = await import('../../pkg/json-schema.js');
  const { validate } = jsonSchema(PERSON)['~standard'];
  assert.deepEqual(validate({ name: 'Ada' }), { value: { name: 'Ada' } });
  assert.deepEqual(validate({ name: 7 }).issues[0].path, ['name']);
  assert.throws(() => jsonSchema({ type: 'strnig' }), /there is no type 'strnig'/);
});

test('requestSchema, as ParleyJS documents it, is the schema', async () => {
  const { parley, other, close } = await opened(PERSON);
  other.register('other', { requestSchema: { type: 'string' } });
  other.on('other', () => 'taken');
  await assert.rejects(parley.send('other', 1), refused);
  assert.equal(await parley.send('other', 'one'), 'taken');
  close();
});

const FORMS = {
  import: `import 'ROOT/pkg/json-schema.js'; import { createTestNetwork } from 'ROOT/pkg/index.js';`,
  require: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
    require('ROOT/pkg/wasm/json-schema.cjs'); const { createTestNetwork } = require('ROOT/pkg/wasm/parley-sync.cjs');`,
};
for (const [form, head] of Object.entries(FORMS)) {
  test(`no code is compiled from text, so a strict Content-Security-Policy lets it work: ${form}`, () => {
    const rest = `const parley = createTestNetwork().createParley();
      parley.register('x', { schema: { type: 'string', pattern: '^a', format: 'email' } });
      const codes = await Promise.all(['a@b.example', 'b@a.example', 1].map((payload) => parley.send('x', payload).catch(({ code }) => code)));
      process.stdout.write(codes.join());`;
    const program = `${head}\n${rest}`.replaceAll('ROOT', fileURLToPath(new URL('../..', import.meta.url)));
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program];
    const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
    assert.equal(stdout, 'ERR_TARGET_NOT_FOUND,ERR_VALIDATION,ERR_VALIDATION', stderr);
  });
}
