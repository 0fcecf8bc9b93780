// What stands in a value twice, or contains itself, does so in every window: as structured clone keeps it in a message.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Windows } from './lib.mjs';
import { FakeStorage, asyncStorage, installStorage, open } from './persist.lib.mjs';

const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

const part = () => ({ deep: { n: 1 }, list: [1, 2] });
const cases = {
  'an object twice': () => {
    const x = part();
    return { a: x, b: x };
  },
  'a list twice': () => {
    const x = [part()];
    return [x, x];
  },
  'a part of a part': () => {
    const x = part();
    return { x, deep: x.deep, list: [x.list, { again: x.deep }] };
  },
  'an object that contains itself': () => {
    const x = { name: 'x', parts: [] };
    x.parts.push(x, { up: x });
    return x;
  },
  'a date twice': () => {
    const x = new Date(5);
    return { a: x, b: [x] };
  },
  'an object in a map, and beside it': () => {
    const x = part();
    return { x, map: new Map([['x', x]]), set: new Set([x]) };
  },
  'the map itself twice': () => {
    const x = new Map([['n', part()]]);
    return { a: x, b: { x } };
  },
  'an object in a Proxy, and beside it': () => {
    const x = part();
    return new Proxy({ a: x, b: x }, {});
  },
};

/** Of every object that is met, at which steps it is met: equal for values with the same objects in the same places. */
const places = (value) => {
  const met = new Map();
  const out = [];
  const visit = (part, path) => {
    if (typeof part !== 'object' || part === null) return;
    out.push(`${path} is ${met.get(part) ?? 'new'}`);
    if (met.has(part)) return;
    met.set(part, path);
    const parts = part instanceof Map || part instanceof Set ? [...part.values()] : part;
    for (const key of Object.keys(parts)) visit(parts[key], `${path}.${key}`);
  };
  visit(value, '');
  return out;
};

for (const [name, make] of Object.entries(cases)) {
  test(`${name}: where it is written, in another window, and in one that comes late`, async () => {
    const w = new Windows();
    const [a, b] = [w.open(), w.open()];
    await w.settle();
    await a.state.setState({ v: make() });
    await w.settle();
    const late = w.open();
    await w.settle();
    for (const { state } of [a, b, late]) assert.deepEqual(places(state.get('v')), places(make()));
    for (const { state } of [a, b, late]) assert.ok(Object.isFrozen(state.get('v')));
    w.destroy();
  });

  for (const storage of ['localStorage', 'a storage of promises']) {
    test(`${name}: from ${storage}`, async () => {
      const given = storage === 'localStorage' ? undefined : asyncStorage();
      installStorage(new FakeStorage());
      const persist = { key: 'app', ...(given && { storage: given }) };
      const first = open({ persist });
      await first.state.ready;
      await first.state.setState({ v: make() });
      first.parley.destroy();
      const stored = () => (given ? given.items : globalThis.localStorage.items).size > 0;
      while (!stored()) await new Promise((resolve) => setTimeout(resolve, 1));
      const second = open({ persist });
      await second.state.ready;
      assert.deepEqual(places(second.state.get('v')), places(make()));
      assert.deepEqual(first.errors.concat(second.errors), []);
      second.parley.destroy();
    });
  }
}

test('the copy is one of its own: nothing of what was written is in it', async () => {
  const w = new Windows();
  const a = w.open();
  const x = part();
  await a.state.setState({ v: { a: x, b: x } });
  x.deep.n = 2;
  assert.equal(a.state.get('v').a.deep.n, 1);
  assert.ok(!Object.isFrozen(x));
  w.destroy();
});
