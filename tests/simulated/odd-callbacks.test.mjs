// Users' functions that give back, throw and reject with what nobody can ask anything: the question is answered all the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, SyncedState, SyncedStore, ParleyError } from '../../pkg/index.js';
import { MESSAGE, besieged } from './byhand.mjs';
import { pause } from './windows.mjs';

const mine = () => {
  throw new Error('mine');
};
const untold = () => {
  throw Object.create(null);
};
const hostile = () => new Proxy({}, { get: mine, has: mine, ownKeys: mine, getPrototypeOf: mine });
const standard = (validate) => ({ schema: { '~standard': { validate } } });

const FAILED = [1, false, 'ERR_HANDLER'];
const REFUSED = [1, false, 'ERR_VALIDATION', 'it is not what was registered'];
const fine = [1, true, 'fine'];
const handler = (handle) => (parley) => parley.on('x', handle);
const schema = (registered) => (parley) => {
  parley.register('x', registered);
  parley.on('x', () => 'fine');
};

const CASES = {
  'a handler gives what throws when asked for then': [handler(() => ({ get then() { return mine(); } })), FAILED],
  'a handler gives a Proxy that throws at everything': [handler(hostile), FAILED],
  'a handler gives a thenable whose then throws': [handler(() => ({ then: mine })), FAILED],
  'a handler gives a promise with a then of its own that throws': [
    handler(() => Object.assign(Promise.resolve('fine'), { then: mine })),
    fine,
  ],
  'a handler gives a promise whose constructor throws': [
    handler(() => Object.defineProperty(Promise.resolve('fine'), 'constructor', { get: mine })),
    FAILED,
  ],
  'a handler throws what has no text': [handler(untold), FAILED],
  'a handler throws what throws when asked for its message': [handler(() => { throw hostile(); }), FAILED],
  'a handler rejects with what has no text': [handler(async () => untold()), FAILED],
  'a handler rejects with what throws when asked': [handler(() => Promise.reject(hostile())), FAILED],
  'a handler cannot even be called': [handler(new Proxy(() => 'fine', { get: mine })), FAILED],
  'a predicate throws what has no text': [schema({ schema: untold }), REFUSED],
  'a predicate throws what throws when asked': [schema({ schema: () => { throw hostile(); } }), REFUSED],
  'a predicate says no later': [schema({ schema: async () => false }), REFUSED],
  'a predicate says yes later': [schema({ schema: async () => true }), fine],
  'a predicate rejects': [schema({ schema: async () => mine() }), REFUSED],
  'a validator throws what has no text': [schema(standard(untold)), REFUSED],
  'a validator rejects with what has no text': [schema(standard(async () => untold())), REFUSED],
  'a validator gives issues that throw': [schema(standard(() => ({ get issues() { return mine(); } }))), REFUSED],
  'a validator gives issues that throw, later': [schema(standard(async () => ({ get issues() { return mine(); } }))), REFUSED],
  'a validator gives what throws when asked for then': [schema(standard(() => ({ get then() { return mine(); } }))), REFUSED],
}; // prettier-ignore

for (const [what, [make, answer]] of Object.entries(CASES)) {
  test(`${what}: the asker is told`, async () => {
    const scene = await besieged();
    make(scene.parley);
    scene.send([MESSAGE, 1, 'x', 'payload', 1]);
    await scene.heard();
    await pause(5);
    assert.deepEqual([scene.traps, scene.answers()], [[], [answer]]);
    scene.end();
  });
}

test('the same when a payload is checked on its way out', async () => {
  const scene = await besieged();
  for (const registered of [
    { schema: untold },
    { schema: async () => false },
    standard(async () => untold()),
    standard(() => ({
      get then() {
        return mine();
      },
    })),
  ]) {
    scene.parley.register('x', registered);
    await assert.rejects(scene.parley.send('x', 1), { code: 'ERR_VALIDATION' });
    await assert.rejects(scene.parley.broadcast('x', 1), { code: 'ERR_VALIDATION' });
  }
  assert.deepEqual(scene.traps, []);
  scene.end();
});

test('a messenger whose broadcast gives what throws when asked', async () => {
  for (const sent of [
    { then: mine },
    {
      get then() {
        return mine();
      },
    },
    hostile(),
  ]) {
    // prettier-ignore
    const messenger = { on: () => {}, broadcast: () => sent };
    const state = new SyncedState(messenger, { n: 0 });
    await assert.rejects(state.setState({ n: 1 }), { message: 'mine' });
    const store = new SyncedStore(messenger, (count) => count + 1, 0);
    await assert.rejects(store.dispatch({ type: 'x' }), { message: 'mine' });
    assert.deepEqual([state.get('n'), store.getState()], [1, 1]);
  }
});

test('a signal that throws when it is listened to takes the call back', async () => {
  const scene = await besieged();
  const signal = { aborted: false, addEventListener: mine };
  await assert.rejects(scene.parley.send('x', 1, { signal }), { message: 'mine' });
  await assert.rejects(scene.parley.connect(hostile(), 'odd'), { code: 'ERR_ARGUMENT' });
  scene.end();
  assert.deepEqual(scene.traps, []);
});

test('what every object inherits by mistake is no option', async () => {
  Object.prototype.opaque = true;
  Object.prototype.timeout = 'soon';
  try {
    const scene = await besieged({});
    await assert.rejects(scene.parley.send('x', 1, { retries: 0 }), { code: 'ERR_TIMEOUT' });
    scene.end();
  } finally {
    delete Object.prototype.opaque;
    delete Object.prototype.timeout;
  }
  // Options of one's own may well be inherited.
  const options = Object.create({ targetId: 'nobody' });
  const parley = Parley.create();
  await assert.rejects(parley.send('x', 1, options), { code: 'ERR_TARGET_NOT_FOUND', details: { targetId: 'nobody' } });
  parley.destroy();
});

test('a method that was taken off its object says so, and so does one that is called on another', async () => {
  const parley = Parley.create();
  const state = new SyncedState(parley, {});
  const store = new SyncedStore(parley, (count) => count, 0);
  const wrong = [
    undefined,
    null,
    1,
    'x',
    {},
    { __wbg_ptr: 1 },
    { __wbg_ptr: 1_100_000 },
    new Map(),
    Parley,
    SyncedState,
  ];
  let calls = 0;
  for (const object of [parley, state, store]) {
    for (const [name, { value, get }] of Object.entries(
      Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object)),
    )) {
      const call = value ?? get;
      if (name === 'constructor' || name.startsWith('__')) continue;
      const others = [parley, state, store].filter((other) => other !== object);
      for (const self of [...wrong, ...others, Object.create(Object.getPrototypeOf(object))]) {
        calls += 1;
        assert.throws(
          () => call.call(self, 'x', () => {}),
          (error) => error instanceof ParleyError && error.code === 'ERR_ARGUMENT',
          name,
        );
      }
    }
  }
  assert.ok(calls > 300, `${calls} calls`);
  assert.throws(() => new Parley().peers, { code: 'ERR_ARGUMENT' });
  // A framework may well wrap them.
  assert.deepEqual(new Proxy(state, {}).getState(), {});
  parley.destroy();
});
