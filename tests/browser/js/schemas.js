// register(): payloads are checked on the way out and on the way in.
import { equal, events, ok, parley, quiet, refused, sleep, until } from './harness.js';
import { table } from './table.js';
import { ported } from './wires.js';

const standard = (validate) => ({ '~standard': { version: 1, vendor: 'test', validate } });
const even = (value) =>
  typeof value === 'number' && value % 2 === 0 ? { value } : { issues: [{ message: 'must be even', path: [] }] };

const SCHEMAS = {
  sync: standard(even),
  async: standard(async (value) => {
    await sleep(2);
    return even(value);
  }),
  'a promise that rejects': standard(async (value) => {
    if (even(value).issues) throw new Error('must be even');
    return { value };
  }),
  'a validator that throws': standard((value) => {
    if (even(value).issues) throw new Error('must be even');
    return { value };
  }),
  'a predicate': (value) => value % 2 === 0,
  'a predicate that throws': (value) => {
    if (value % 2 !== 0) throw new Error('must be even');
  },
  'a function with a property': Object.assign(() => {}, standard(even)),
};

export const { run, names } = table({
  async a_bad_payload_never_leaves({ a, b }) {
    const seen = [];
    b.on('n', (n) => seen.push(n));
    for (const [name, schema] of Object.entries(SCHEMAS)) {
      a.register('n', { schema });
      seen.length = 0;
      const error = await refused(a.send('n', 3), 'ERR_VALIDATION', name);
      equal(error.name, 'ValidationError', name);
      await refused(a.send('n', 3, { expectsResponse: false }), 'ERR_VALIDATION', name);
      await refused(a.broadcast('n', 3), 'ERR_VALIDATION', name);
      equal(seen, [], `${name}: over there`);
      equal(await a.send('n', 4), 1, `${name}: a good one`);
      equal(seen, [4], name);
    }
  },
  async issues_are_in_the_details({ a }) {
    a.register('n', { schema: SCHEMAS.sync });
    const error = await refused(a.send('n', 3), 'ERR_VALIDATION');
    equal(error.details.issues, [{ message: 'must be even', path: [] }]);
    ok(error.message.includes('must be even'), error.message);
  },
  async a_bad_payload_reaches_no_handler({ a, b }) {
    const seen = [];
    const rejected = events(b, 'rejected');
    b.on('n', (n) => seen.push(n));
    for (const [name, schema] of Object.entries(SCHEMAS)) {
      b.register('n', { schema });
      seen.length = 0;
      await refused(a.send('n', 3), 'ERR_VALIDATION', name);
      await a.broadcast('n', 5);
      await quiet();
      equal(seen, [], `${name}: handled`);
      equal(await a.send('n', 4), 1, `${name}: a good one`);
    }
    equal(rejected[0][1].code, 'ERR_VALIDATION', 'system:rejected');
  },
  async a_schema_may_change_the_value({ a, b }) {
    const seen = [];
    b.on('n', (n) => seen.push(n) && undefined);
    a.register('n', { schema: standard((value) => ({ value: value * 10 })) });
    await a.send('n', 1);
    b.register('n', { schema: standard(async (value) => ({ value: value + 1 })) });
    await a.send('n', 2);
    equal(seen, [10, 21]);
  },
  async once_gets_what_the_schema_made({ a, b }) {
    b.register('n', { schema: standard((value) => ({ value: String(value) })) });
    const next = b.once('n');
    await a.send('n', 7, { expectsResponse: false });
    equal(await next, '7');
  },
  async other_types_are_not_checked({ a, b }) {
    a.register('n', { schema: () => false });
    b.on('m', (m) => m);
    equal(await a.send('m', 1), 1);
  },
  async destroyed_while_a_schema_decides({ a, wire }) {
    if (wire === 'channel') return;
    let decide;
    a.register('n', { schema: standard(() => new Promise((resolve) => (decide = resolve))) });
    const call = a.send('n', 1);
    call.catch(() => {});
    a.destroy();
    decide({ value: 1 });
    await refused(call, 'ERR_DESTROYED');
  },
  async the_peer_leaves_while_a_schema_decides({ wire }) {
    if (wire !== 'port') return;
    const { a, b } = await ported();
    let decide;
    b.register('n', { schema: standard(() => new Promise((resolve) => (decide = resolve))) });
    let handled = 0;
    b.on('n', () => (handled += 1));
    a.send('n', 1).catch(() => {});
    await until(() => decide, 'the payload');
    a.destroy();
    await until(() => b.peers.length === 0, 'the goodbye');
    decide({ value: 1 });
    await quiet();
    equal(handled, 0, 'messages of one who is gone');
    parley();
  },
  async registered_retries_and_timeouts_are_checked({ a }) {
    await refused(() => a.register('n', { timeout: -1 }), 'ERR_CONFIG');
    await refused(() => a.register('n', { retries: 0.5 }), 'ERR_CONFIG');
    for (const schema of [null, 1, 'x', {}, { '~standard': {} }, { '~standard': { validate: 1 } }]) {
      await refused(() => a.register('n', { schema }), 'ERR_CONFIG', `the schema ${JSON.stringify(schema)}`);
    }
  },
});
