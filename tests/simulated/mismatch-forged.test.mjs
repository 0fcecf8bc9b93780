// What a peer announces of its options is input like any other: malformed or out of place it is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedState } from '../../pkg/index.js';
import { BATCH, SYNC, besieged, hollow } from './byhand.mjs';

test('a peer that announces what it likes is refused if that is malformed, and costs no more than some errors', async () => {
  const scene = await besieged();
  const [rejected, errors] = [[], []];
  scene.parley.onSystem('system:rejected', ({ code }) => void rejected.push(code));
  scene.parley.onSystem('system:error', ({ code, details }) => void errors.push([code, details.key]));
  const state = new SyncedState(scene.parley, { safe: 1 });
  const sync = (...rest) => [SYNC, 'state', null, 1, 77, ...rest];
  const malformed = [
    1,
    'x',
    {},
    [],
    [['k']],
    [['k'], ['merge', 'merge']],
    [[1], ['merge']],
    [['k'], [1]],
    [['k'], ['merge'], 1],
  ];
  malformed.push([hollow(2 ** 31), hollow(2 ** 31)], [hollow(3), hollow(3)], [hollow(2 ** 32 - 1), []]);
  scene.send(...malformed.map((announced) => sync(announced)), sync(null, 'marked'), sync(null, 1));
  await scene.heard();
  assert.deepEqual([rejected.length > 0, new Set(rejected), errors], [true, new Set(['ERR_MALFORMED']), []]);
  for (let n = 0; n < 300; n++) scene.send(sync([[`k${n}`], ['merge'], null]), sync([['other'], [`${n}`], null], true));
  await scene.heard();
  assert.deepEqual(scene.traps, []);
  assert.equal(errors.length, 64);
  assert.ok(errors.every(([code]) => code === 'ERR_CONFIG_MISMATCH'));
  await state.setState({ safe: 2 });
  scene.send(sync(null));
  await scene.heard();
  assert.deepEqual(scene.traps, []);
  scene.end();
});

test('frames of a peer that differs count only if they are of its exchange with this window', async () => {
  const scene = await besieged();
  const state = new SyncedState(scene.parley, { safe: 1 });
  scene.parley.onSystem('system:error', () => {});
  const announced = [['k'], ['merge'], null];
  const marked = () => scene.frames.filter(([kind, , , , , , mark]) => kind === SYNC && mark === true).length;
  scene.send([SYNC, 'state', null, 1, 77, announced]);
  await scene.heard();
  const asked = marked();
  assert.ok(asked > 0, 'it learns from a question that it differs');
  const batch = (value, ...mark) => [BATCH, 'state', 77, 1, null, 893_500_000_000_000, ['j'], [value], ...mark];
  scene.send(batch('for others'));
  await scene.heard();
  assert.equal(state.get('j'), undefined);
  scene.send(batch('for this one', true));
  await scene.heard();
  assert.equal(state.get('j'), 'for this one');
  scene.send([SYNC, 'state', null, 1, 78, announced]);
  await scene.heard();
  assert.ok(marked() > asked, 'it asks as one that does not know, and is told again');
  scene.end();
});
