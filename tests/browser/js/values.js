// What a payload may be, and what is said of one that cannot cross.
import { equal, ok, quiet, refused, until } from './harness.js';
import { table } from './table.js';

const cyclic = () => {
  const node = { name: 'root', children: [] };
  node.children.push({ name: 'leaf', parent: node });
  node.self = node;
  return node;
};

const shared = () => {
  const one = { n: 1 };
  return [one, one];
};

const STRUCTURED = {
  date: () => new Date(86_400_000.5),
  invalid_date: () => new Date(NaN),
  map: () =>
    new Map([
      ['a', new Set([1, 2])],
      [{ key: true }, new Map()],
    ]),
  set: () => new Set(['x', null, undefined]),
  bytes: () => new Uint8Array([0, 127, 255]),
  part_of_a_buffer: () => new Uint16Array(new ArrayBuffer(16), 4, 3).fill(513),
  floats: () => new Float64Array([NaN, -0, Infinity, 1e-320]),
  bigints: () => new BigInt64Array([-1n, 2n ** 62n]),
  buffer: () => new Uint8Array([1, 2, 3]).buffer,
  view: () => new DataView(new Uint8Array([9, 8]).buffer),
  regexp: () => /a(b)?c/giu,
  bigint: () => -(2n ** 70n),
  text: () => 'ä€😀\u0000\uFEFF',
  half_a_character: () => 'a\uD800b',
  nested: () => ({ deep: [{ er: [[[]]] }], none: undefined, '': 'empty key' }),
  error: () => new RangeError('too far'),
};

const nested = (depth) => {
  let value = 'end';
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

export const { run, names } = table({
  async structured_values_arrive_as_they_are({ a, b }) {
    let got;
    b.on('echo', (value) => {
      got = value;
      return value;
    });
    for (const [name, make] of Object.entries(STRUCTURED)) {
      const back = await a.send('echo', make());
      equal(got, make(), `${name} over there`);
      equal(back, make(), `${name} on the way back`);
      equal(Object.getPrototypeOf(got), Object.getPrototypeOf(make()), `${name}'s class`);
    }
  },
  async cycles_and_shared_parts_stay({ a, b }) {
    b.on('cycle', (node) => [node.self === node, node.children[0].parent === node, node.children[0].name]);
    b.on('shared', ([x, y]) => x === y);
    equal(await a.send('cycle', cyclic()), [true, true, 'leaf']);
    equal(await a.send('shared', shared()), true);
  },
  async odd_keys_stay_plain_data({ a, b }) {
    const payload = JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "prototype": 2}');
    let got;
    b.on('odd', (value) => {
      got = value;
      return value;
    });
    const back = await a.send('odd', payload);
    for (const value of [got, back]) {
      equal(Object.keys(value).sort(), ['__proto__', 'constructor', 'prototype']);
      equal(value.admin, undefined, 'the prototype');
    }
    equal({}.admin, undefined, 'every prototype');
  },
  async large_and_deep_values_cross({ a, b }) {
    b.on('size', (value) => value.length);
    equal(await a.send('size', 'x'.repeat(1 << 20)), 1 << 20);
    equal(await a.send('size', new Uint8Array(1 << 20)), 1 << 20);
    b.on('depth', (value) => {
      let depth = 0;
      for (let part = value; Array.isArray(part); part = part[0]) depth += 1;
      return depth;
    });
    equal(await a.send('depth', nested(200)), 200);
  },
  async what_cannot_cross_is_named({ a, b, wire }) {
    let heard = 0;
    b.on('x', () => (heard += 1));
    const cases = [
      [{ user: { onClick() {} } }, 'user.onClick'],
      [{ list: [1, { s: Symbol('s') }] }, 'list.1.s'],
      [{ map: new Map([['k', () => {}]]) }, 'map.k'],
      [{ element: document.body }, 'element'],
      [() => {}, ''],
    ];
    // In bytes a Proxy is what it shows.
    if (wire !== 'bytes') cases.push([{ proxy: new Proxy({ a: 1 }, {}) }, 'proxy']);
    for (const [payload, path] of cases) {
      for (const options of [undefined, { expectsResponse: false }, { retries: 1 }]) {
        const error = await refused(a.send('x', payload, options), 'ERR_SERIALIZATION', `send ${path}`);
        equal([error.name, error.details.path], ['SerializationError', path]);
      }
      const error = await refused(a.broadcast('x', payload), 'ERR_SERIALIZATION', `broadcast ${path}`);
      equal(error.details.path, path);
    }
    await quiet();
    equal(heard, 0, 'messages over there');
    equal(await a.send('x', 1), 1, 'the next call');
  },
  async a_getter_that_throws_is_named({ a, b }) {
    b.on('x', () => 1);
    const payload = {
      ok: 1,
      get bad() {
        throw new Error('mine');
      },
    };
    const error = await refused(a.send('x', payload), 'ERR_SERIALIZATION');
    ok(error.details.path === 'bad' || error.details.path === '', `the path ${error.details.path}`);
    equal(await a.send('x', 1), 1, 'the next call');
  },
  async buffers_are_handed_over({ a, b, wire }) {
    b.on('sum', (bytes) => new Uint8Array(bytes).reduce((x, y) => x + y, 0));
    const { buffer } = new Uint8Array([1, 2, 3]);
    const call = a.send('sum', buffer, { transfer: [buffer] });
    if (wire === 'bytes') {
      // Bytes cannot hand an object over, and say so.
      await refused(call, 'ERR_SERIALIZATION');
      equal(buffer.byteLength, 3, 'what stayed here');
      return;
    }
    equal(await call, 6);
    // Over a mesh everything is copied: there is no single receiver to hand it to.
    equal(buffer.byteLength, wire === 'channel' ? 3 : 0, 'what stayed here');
  },
  async ports_are_handed_over({ a, b, wire }) {
    if (wire === 'bytes' || wire === 'channel') return;
    const { port1, port2 } = new MessageChannel();
    b.on('take', (port) => {
      port.postMessage('through it');
    });
    let got;
    port1.onmessage = ({ data }) => (got = data);
    await a.send('take', port2, { transfer: [port2] });
    await until(() => got, 'the message through the port');
    equal(got, 'through it');
    port1.close();
  },
  async an_answer_can_hand_over({ a, b, wire }) {
    if (wire === 'bytes' || wire === 'channel') return;
    const { buffer } = new Uint8Array([4, 5]);
    b.on('give', (_payload, respond) => respond(buffer, [buffer]));
    equal(new Uint8Array(await a.send('give')), new Uint8Array([4, 5]));
    equal(buffer.byteLength, 0, 'what stayed there');
  },
  async nothing_is_handed_over_twice({ a, b }) {
    b.on('x', () => 1);
    const { buffer } = new Uint8Array([1]);
    await refused(a.send('x', buffer, { transfer: [buffer], retries: 1 }), 'ERR_ARGUMENT');
    equal(buffer.byteLength, 1, 'what stayed here');
  },
});
