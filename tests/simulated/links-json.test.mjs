// Links that carry JSON or text: declared, they carry everything that has bytes; undeclared, they are refused on both sides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley, ParleyError, SyncedState, SyncedStore } from '../../pkg/index.js';

/** Two ends of a wire; each frame goes through `carry`, in a task of its own. */
function pair(carry, left = {}, right = left) {
  const make = (options) => ({
    ...options,
    onframe: null,
    onclose: null,
    send(frame) {
      const carried = carry(frame);
      setTimeout(() => this.far.onframe?.(carried));
    },
    close() {},
  });
  const ends = [make(left), make(right)];
  [ends[0].far, ends[1].far] = [ends[1], ends[0]];
  return ends;
}

const json = (frame) => JSON.parse(JSON.stringify(frame));
const text = (frame) => String(frame);
/** A broker that parses whatever it is sent. */
const parsed = (frame) => JSON.parse(frame);

async function joined(carry, options) {
  const [left, right] = pair(carry, options);
  const [a, b] = [Parley.create(), Parley.create()];
  await Promise.all([a.connect(left, 'b'), b.connect(right, 'a')]);
  return { a, b, end: () => [a, b].forEach((one) => one.destroy()) };
}

for (const [how, carry] of Object.entries({ json, text, parsed }))
  test(`a link of ${how} that says json: true carries calls, a state and a store`, async () => {
    const { a, b, end } = await joined(carry, { json: true });
    b.on('echo', (payload) => payload);
    const cycle = {
      at: new Date(5),
      map: new Map([['k', new Set([1n])]]),
      none: undefined,
      bytes: new Uint8Array([1]),
      nan: NaN,
    };
    cycle.self = cycle;
    assert.deepEqual(await a.send('echo', cycle), cycle);
    assert.equal(await a.send('echo'), undefined);
    const [one, two] = [a, b].map((parley) => new SyncedState(parley, { kept: 1, gone: 1 }));
    const seen = new Promise((resolve) => two.subscribeKey('last', resolve));
    await one.setState({ gone: undefined, day: new Date(7), last: 'é\ud800' });
    assert.equal(await seen, 'é\ud800');
    assert.deepEqual(two.getState(), { kept: 1, day: new Date(7), last: 'é\ud800' });
    const stores = [a, b].map(
      (parley) => new SyncedStore(parley, (list, { what }) => (what ? [...list, what] : list), []),
    );
    const folded = new Promise((resolve) => stores[1].subscribe(resolve));
    await stores[0].dispatch({ type: 'add', what: new Date(9) });
    assert.deepEqual(await folded, [new Date(9)]);
    end();
  });

test('what has no bytes is refused by its path where it is sent', async () => {
  const { a, b, end } = await joined(json, { json: true });
  b.on('echo', (payload) => payload);
  const { port1 } = new MessageChannel();
  await assert.rejects(a.send('echo', { deep: { blob: new Blob(['x']) } }), (error) => {
    assert.deepEqual([error.code, error.details.path], ['ERR_SERIALIZATION', 'deep.blob']);
    return true;
  });
  await assert.rejects(a.send('echo', port1, { transfer: [port1] }), { code: 'ERR_SERIALIZATION' });
  assert.equal(await a.send('echo', 'goes on'), 'goes on');
  port1.close();
  end();
});

for (const [what, carry, left, right] of [
  ['of JSON that says nothing', json, {}, {}],
  ['of which one end says json: true', json, { json: true }, {}],
  ['of which one end says binary: true', structuredClone, {}, { binary: true }],
])
  test(`a link ${what} is refused on both sides`, async () => {
    const [one, two] = pair(carry, left, right);
    const [a, b] = [Parley.create({ timeout: 1e6 }), Parley.create({ timeout: 1e6 })];
    const refused = (error) => {
      assert.ok(error instanceof ParleyError);
      assert.equal(error.code, 'ERR_SERIALIZATION', error.message);
      assert.match(error.message, /json: true/);
      return true;
    };
    await Promise.all([assert.rejects(a.connect(one, 'b'), refused), assert.rejects(b.connect(two, 'a'), refused)]);
    for (const parley of [a, b]) {
      assert.deepEqual(parley.peers, []);
      parley.destroy();
    }
  });

test('a link that is closed before the other side has joined ends connect()', async () => {
  const [one] = pair(json, { json: true });
  const parley = Parley.create({ timeout: 1e6 });
  const joining = assert.rejects(parley.connect(one, 'b'), { code: 'ERR_CONNECTION' });
  one.onclose('cut');
  await joining;
  parley.destroy();
});

test('a frame in another form on a link that has joined is counted, and harms nothing', async () => {
  const [left, right] = pair(structuredClone);
  const [a, b] = [Parley.create(), Parley.create()];
  const rejected = new Promise((resolve) => a.onSystem('system:rejected', resolve));
  await Promise.all([a.connect(left, 'b'), b.connect(right, 'a')]);
  b.on('echo', (payload) => payload);
  left.onframe(new Uint8Array(3));
  left.onframe('"parley-sync:AAAA"');
  assert.equal((await rejected).code, 'ERR_MALFORMED');
  assert.equal(await a.send('echo', 1), 1);
  for (const parley of [a, b]) parley.destroy();
});
