// A snapshot is a copy of the whole state. None is built unless somebody reads it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { SyncedState, createTestNetwork } from '../../pkg/index.js';

const KEYS = 500;
const initial = () => Object.fromEntries(Array.from({ length: KEYS }, (_, i) => [`k${i}`, i]));

/** How many snapshots `run` builds, in all windows: each is frozen when it is complete. */
async function built(run) {
  const { freeze } = Object;
  let count = 0;
  Object.freeze = (object) => {
    if (Object.keys(object).length >= KEYS) count += 1;
    return freeze(object);
  };
  try {
    await run();
  } finally {
    Object.freeze = freeze;
  }
  return count;
}

/** Three windows that share a state. */
async function windows() {
  const network = createTestNetwork({ seed: 7 });
  const states = [1, 2, 3].map(() => new SyncedState(network.createParley(), initial()));
  await network.settle();
  return { network, states };
}

const WITHOUT = {
  'an arrow function': () => () => {},
  'an asynchronous arrow function': () => async () => {},
  'a function expression': () =>
    function () {
      void 0;
    },
  'a named function expression': () =>
    function named() {
      void 0;
    },
};

for (const [what, make] of Object.entries(WITHOUT)) {
  test(`${what} without parameters is called, and builds no snapshot`, async () => {
    const { network, states } = await windows();
    const [a, b, c] = states;
    for (const state of states) state.subscribe(make());
    let calls = 0;
    c.subscribe(() => {
      calls += 1;
    });
    const snapshots = await built(async () => {
      for (let i = 0; i < 5; i++) {
        await a.setState({ k1: `new ${i}` });
        await network.settle();
      }
    });
    assert.equal(c.get('k1'), 'new 4');
    assert.equal(b.get('k1'), 'new 4');
    assert.equal(calls, 5);
    assert.equal(snapshots, 0);
  });
}

test('subscribeKey and get build no snapshot', async () => {
  const { network, states } = await windows();
  const [a, , c] = states;
  const seen = [];
  c.subscribeKey('k1', (value) => seen.push(value, c.get('k2')));
  const snapshots = await built(async () => {
    await a.setState({ k1: 'new' });
    await network.settle();
  });
  assert.deepEqual(seen, ['new', 2]);
  assert.equal(snapshots, 0);
});

test('getState builds one snapshot for a change, which all share', async () => {
  const { network, states } = await windows();
  const [a, , c] = states;
  const seen = new Set();
  for (let i = 0; i < 3; i++) c.subscribe(() => seen.add(c.getState()));
  c.subscribe((now) => seen.add(now));
  const snapshots = await built(async () => {
    await a.setState({ k1: 'new' });
    await network.settle();
  });
  assert.equal(seen.size, 1);
  assert.equal(snapshots, 1);
});

const WITH = {
  'a parameter': (seen) => (now, before) => seen.push(now, before),
  'a default parameter':
    (seen) =>
    (now = undefined, before = undefined) =>
      seen.push(now, before),
  'a rest parameter':
    (seen) =>
    (...all) =>
      seen.push(...all.slice(0, 2)),
  'a destructured parameter':
    (seen) =>
    (now, { k1 }) =>
      seen.push(now, { k1 }),
  'its arguments object': (seen) =>
    function () {
      seen.push(arguments[0], arguments[1]);
    },
  'eval in place of it': (seen) =>
    function () {
      seen.push(...eval('[...arguments]').slice(0, 2));
    },
  'a bound function': (seen) =>
    function (now, before) {
      seen.push(now, before);
    }.bind(null),
  'a bound function that declares nothing': (seen) =>
    function () {
      seen.push(arguments[0], arguments[1]);
    }.bind(null),
  'a Proxy': (seen) =>
    new Proxy(() => {}, {
      apply: (_target, _this, [now, before]) => {
        seen.push(now, before);
      },
    }),
  'a method': (seen) => ({ heard(now, before) { seen.push(now, before); } }).heard, // prettier-ignore
};

for (const [what, make] of Object.entries(WITH)) {
  test(`a listener that reads ${what} gets both snapshots`, async () => {
    const { network, states } = await windows();
    const [a, , c] = states;
    const seen = [];
    c.subscribe(() => {});
    c.subscribe(make(seen));
    await a.setState({ k1: 'new' });
    await network.settle();
    assert.equal(seen.length, 2);
    assert.deepEqual([seen[0].k1, seen[1].k1], ['new', 1]);
  });
}

test('a listener that is subscribed by another is told of later changes only, with both snapshots', async () => {
  const { network, states } = await windows();
  const [a, , c] = states;
  const seen = [];
  const off = c.subscribe(() => {
    off();
    c.subscribe((now, before) => seen.push([before.k1, now.k1]));
  });
  await a.setState({ k1: 'first' });
  await network.settle();
  await a.setState({ k1: 'second' });
  await network.settle();
  assert.deepEqual(seen, [['first', 'second']]);
});
