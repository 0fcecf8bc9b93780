// A text that editors edit: changes that say where they are, edits of an older version, positions that stay with their text, and undo
// by burst.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedState, createTestNetwork } from '../../pkg/index.js';
import { SyncedText } from '../../pkg/text.js';
import { generator } from './lib.mjs';

const apply = (text, changes) => {
  let moved = 0;
  for (const { from, to, insert } of changes) {
    text = text.slice(0, from + moved) + insert + text.slice(to + moved);
    moved += insert.length - (to - from);
  }
  return text;
};

/** Windows with one text each; `clock.now` is the time that their bursts are measured by. */
function open(count, initial = { body: '' }, options) {
  const network = createTestNetwork(options);
  const clock = { now: 0 };
  const windows = Array.from({ length: count }, () => {
    const parley = network.createParley();
    const state = new SyncedState(parley, initial, { conflict: 'merge' });
    const text = new SyncedText(state, 'body', { now: () => clock.now });
    const window = { parley, state, text, followed: text.text, events: [] };
    text.subscribe((event) => {
      assert.equal(event.oldText, window.followed);
      window.followed = apply(window.followed, event.changes);
      assert.equal(event.text, window.followed, 'the changes make the old text the new one');
      window.events.push(event);
    });
    return window;
  });
  const settled = async () => {
    await network.settle();
    for (const { text, followed, state } of windows) {
      assert.equal(text.text, windows[0].text.text);
      assert.equal(text.text, state.get('body'));
      assert.equal(text.text, followed);
    }
    return windows[0].text.text;
  };
  const end = () => windows.forEach(({ parley }) => parley.destroy());
  return { network, windows, settled, clock, end };
}

const rejects = (promise, code, text) =>
  assert.rejects(promise, (error) => error.code === code && error.message.includes(text));

test('an edit says where it is, here and in the other windows', async () => {
  const { windows, settled, end } = open(2, { body: 'aaaa' });
  const [one, other] = windows;
  await settled();
  await one.text.edit({ from: 2, insert: 'a' }, { source: 'field' });
  assert.equal(await settled(), 'aaaaa');
  assert.deepEqual(one.events[0].changes, [{ from: 2, to: 2, insert: 'a' }]);
  assert.deepEqual(
    other.events[0].changes,
    [{ from: 2, to: 2, insert: 'a' }],
    'in its place, not in one that looks alike',
  );
  assert.deepEqual([one.events[0].isLocal, one.events[0].source], [true, 'field']);
  assert.deepEqual([other.events[0].isLocal, other.events[0].source], [false, undefined]);
  assert.equal(other.events[0].version, 1);

  // Several at once, and a write of the whole text.
  await other.text.edit([
    { from: 0, to: 1, insert: 'b😀' },
    { from: 5, to: 5, insert: '!' },
  ]);
  assert.equal(await settled(), 'b😀aaaa!');
  assert.deepEqual(one.events[1].changes, [
    { from: 0, to: 1, insert: 'b😀' },
    { from: 5, to: 5, insert: '!' },
  ]);
  one.state.setState({ body: 'b😀aaaa?!' });
  assert.deepEqual(one.events[2].changes, [{ from: 7, to: 7, insert: '?' }]);
  assert.equal(one.events[2].isLocal, false);
  await settled();
  end();
});

test('what is no edit changes nothing, and says why', async () => {
  const { windows, settled, end } = open(1, { body: 'ab😀' });
  const [{ text, state, events }] = windows;
  for (const change of [
    { from: 5 },
    { from: 2, to: 1 },
    { from: -1 },
    { from: 0.5 },
    { from: '0' },
    { from: 0, to: 9 },
    null,
  ]) {
    await rejects(text.edit(change), 'ERR_ARGUMENT', 'position');
  }
  await rejects(text.edit([{ from: 2 }, { from: 1 }]), 'ERR_ARGUMENT', 'order');
  await rejects(text.edit({ from: 0, insert: '\ud83d' }), 'ERR_ARGUMENT', 'surrogate');
  await rejects(text.edit({ from: 3, insert: 'x' }), 'ERR_ARGUMENT', 'surrogate');
  await rejects(text.edit({ from: 0, insert: 7 }), 'ERR_ARGUMENT', 'string');
  await rejects(text.edit({ from: 0 }, { version: 1 }), 'ERR_ARGUMENT', 'version');
  await rejects(text.replace(7), 'ERR_ARGUMENT', 'string');
  assert.throws(() => text.anchor(9), { code: 'ERR_ARGUMENT' });
  assert.throws(() => text.anchor(0, 'left'), { code: 'ERR_ARGUMENT' });
  assert.throws(() => text.subscribe(), { code: 'ERR_ARGUMENT' });
  assert.throws(() => new SyncedText(state, 7), { code: 'ERR_ARGUMENT' });
  assert.throws(() => new SyncedText(state, 'body', { delay: 1 }), { code: 'ERR_CONFIG' });
  assert.throws(() => new SyncedText({}, 'body'), TypeError);
  await text.edit([]);
  assert.equal(await settled(), 'ab😀');
  assert.deepEqual(events, []);
  const plain = new SyncedState(windows[0].parley, { body: '' }, { name: 'plain' });
  assert.throws(() => new SyncedText(plain, 'body'), { code: 'ERR_CONFIG' });
  end();
});

test('select all and type is an edit: what another types at once stays', async () => {
  const { windows, settled, end } = open(2, { body: 'a text of some length' });
  const [one, other] = windows;
  await settled();
  one.text.edit({ from: 0, to: 21, insert: 'x' });
  other.text.edit({ from: 6, insert: ' NEW' });
  assert.match(await settled(), /^(x NEW| NEWx)$/);
  end();
});

test('a text that is not there yet begins as one for all', async () => {
  const { windows, settled, end } = open(2, {});
  windows[0].text.edit({ from: 0, insert: 'one' });
  windows[1].text.edit({ from: 0, insert: 'two' });
  assert.match(await settled(), /^(onetwo|twoone)$/);
  await windows[0].state.delete('body');
  assert.equal(windows[0].text.text, '');
  await windows[0].network?.settle();
  await windows[0].state.setState({ body: { of: 'another kind' } });
  await rejects(windows[0].text.edit({ from: 0, insert: 'x' }), 'ERR_ARGUMENT', 'something else');
  end();
});

test('an edit of an older version deletes nothing of what others typed since', async () => {
  const { windows, settled, end } = open(2, { body: 'The quick fox' });
  const [one, other] = windows;
  await settled();
  const { version } = one.text;
  // A field that still shows 'The quick fox'.
  await other.text.edit({ from: 6, insert: 'UI' });
  await other.text.edit({ from: 0, insert: '> ' });
  await settled();
  await one.text.edit({ from: 4, to: 9, insert: 'slow' }, { version });
  assert.equal(await settled(), '> The slowUI fox');
  await one.text.replace('The quick brown fox', { version });
  assert.equal(await settled(), '> The slowUI brown fox');
  assert.equal(one.text.move(13, version), one.text.length);
  end();
});

test('a version that is too old is refused', async () => {
  const { windows, end } = open(1);
  const [{ text }] = windows;
  for (let i = 0; i < 1001; i++) text.edit({ from: 0, insert: 'x' });
  await text.edit({ from: 0, insert: 'y' }, { version: 2 });
  await rejects(text.edit({ from: 0, insert: 'y' }, { version: 1 }), 'ERR_ARGUMENT', 'too often');
  end();
});

test('anchors cross as JSON, and stay with their text', async () => {
  const { windows, settled, end } = open(2, { body: 'The quick fox' });
  const [one, other] = windows;
  await settled();
  const anchor = JSON.parse(JSON.stringify(one.text.anchor(4)));
  const behind = one.text.anchor(4, 'before');
  assert.equal(other.text.position(anchor), 4);
  other.text.edit({ from: 4, insert: 'very ' });
  one.text.edit({ from: 0, to: 3, insert: 'A' });
  assert.equal(await settled(), 'A very quick fox');
  for (const { text } of windows) {
    assert.equal(text.position(anchor), 7);
    assert.equal(text.position(behind), 2);
    assert.equal(text.position(text.anchor(0, 'before')), 0);
    assert.equal(text.position(text.anchor(16)), 16);
  }
  // What it stood beside is deleted.
  await one.text.edit({ from: 2, to: 12 });
  await settled();
  for (const { text } of windows) assert.deepEqual([text.position(anchor), text.position(behind)], [2, 2]);
  // Another text in its place.
  await one.state.setState({ body: 'Something else altogether, which nobody had typed before' });
  await settled();
  for (const { text } of windows) assert.equal(text.position(anchor), undefined);
  for (const bad of [null, 1, {}, { text: anchor.text, side: 'after', writer: -1, clock: 0 }]) {
    assert.equal(one.text.position(bad), undefined);
  }
  end();
});

test('undo takes back a burst of typing, and leaves in what others typed', async () => {
  const { windows, settled, clock, end } = open(2, { body: '[]' });
  const [one, other] = windows;
  await settled();
  const type = async (word, at) => {
    for (const letter of word) {
      one.text.edit({ from: at++, insert: letter });
      clock.now += 100;
      other.text.edit({ from: other.text.length, insert: '.' });
      await settled();
    }
  };
  await type('one', 1);
  clock.now += 500;
  await type(' two', 4);
  assert.equal(await settled(), '[one two].......');
  assert.equal(one.text.undo(), true);
  assert.equal(await settled(), '[one].......');
  assert.equal(one.text.redo(), true);
  assert.equal(await settled(), '[one two].......');
  // At another place, however soon.
  await type('x', 0);
  await type('y', 5);
  assert.equal(await settled(), 'x[oney two].........');
  for (const expected of ['x[one two].........', '[one two].........', '[one].........', '[].........']) {
    assert.equal(one.text.undo(), true);
    assert.equal(await settled(), expected);
  }
  assert.deepEqual([one.text.undo(), one.text.canUndo, one.text.canRedo], [false, false, true]);
  for (let i = 0; i < 4; i++) assert.equal(one.text.redo(), true);
  assert.equal(await settled(), 'x[oney two].........');
  assert.equal(one.text.redo(), false);
  // The state's own undo is another one.
  assert.equal(one.state.undo(), false);
  end();
});

test('undo brings deleted text back where it was, around what others typed there', async () => {
  const { windows, settled, clock, end } = open(2, { body: 'The quick fox' });
  const [one, other] = windows;
  await settled();
  one.text.edit({ from: 4, to: 10 });
  await settled();
  other.text.edit({ from: 4, insert: 'red ' });
  other.text.edit({ from: 0, to: 3, insert: 'A' });
  assert.equal(await settled(), 'A red fox');
  clock.now += 1000;
  assert.equal(one.text.undo(), true);
  assert.match(await settled(), /^A (red quick|quick red) fox$/);
  assert.equal(one.text.redo(), true);
  assert.equal(await settled(), 'A red fox');
  end();
});

test('a listener that edits, one that throws, and one that leaves', async () => {
  const { windows, settled, end } = open(2);
  const [one, other] = windows;
  const errors = [];
  one.parley.onSystem('system:error', (error) => errors.push(error));
  const off = one.text.subscribe(({ text, isLocal }) => {
    if (isLocal && text.length < 3) one.text.edit({ from: 0, insert: 'x' });
    throw new Error('of the listener');
  });
  await one.text.edit({ from: 0, insert: 'y' });
  assert.equal(await settled(), 'xxy');
  assert.deepEqual(
    one.events.map(({ text }) => text),
    ['y', 'xy', 'xxy'],
  );
  assert.equal(errors.length, 3);
  off();
  other.text.edit({ from: 0, insert: 'z' });
  await settled();
  assert.equal(errors.length, 3);
  one.text.destroy();
  other.text.edit({ from: 0, insert: 'z' });
  await windows[0].state.flush();
  assert.equal(one.events.length, 4);
  end();
});

/** Everything at once: edits at places, edits of old versions, writes of the whole text, undo and redo, lost and repeated frames. */
test('any schedule: changes are exact in every window, anchors stand with their text, and all agree', async () => {
  const seeds = Number(process.env.PARLEY_SCHEDULES ?? 60);
  const first = Number(process.env.PARLEY_SEED ?? 1);
  for (let seed = first; seed < first + seeds; seed++) {
    const { below } = generator(seed);
    const lossy = { seed, loss: below(2) * 0.1, duplicate: below(2) * 0.1 };
    const { network, windows, settled, clock, end } = open(2 + below(2), { body: 'The 😀 fox\n' }, lossy);
    const anchors = [];
    let used = 0;
    const boundary = (text) => {
      const at = below(text.length + 1);
      return at > 0 && /[\udc00-\udfff]/.test(text[at] ?? '') ? at - 1 : at;
    };
    for (let step = 0; step < 60; step++) {
      const { text, state } = windows[below(windows.length)];
      clock.now += below(400);
      const kind = below(12);
      const letter = String.fromCodePoint((below(2) ? 0x4e00 : 0x1f300) + (used++ % 300));
      if (kind < 5) {
        const [from, to] = [boundary(text.text), boundary(text.text)].sort((a, b) => a - b);
        text.edit({ from, to: below(3) ? from : to, insert: below(4) ? letter : '' });
      } else if (kind === 5) {
        state.setState({ body: text.text + letter });
      } else if (kind === 6) text.undo();
      else if (kind === 7) text.redo();
      else if (kind === 8) {
        const at = boundary(text.text);
        const anchor = text.anchor(at, below(2) ? 'after' : 'before');
        assert.equal(text.position(anchor), at, `seed ${seed}`);
        anchors.push(JSON.parse(JSON.stringify(anchor)));
      } else if (kind === 9) {
        const { version, text: seen } = text;
        const at = boundary(seen);
        await new Promise((done) => setImmediate(done));
        const before = text.text;
        await text.edit({ from: 0, to: at, insert: letter }, { version });
        // Letters that came since are still there.
        const came = [...before].filter((character) => !seen.includes(character));
        for (const character of came) assert.ok(text.text.includes(character), `seed ${seed}: ${character} is gone`);
      } else await new Promise((done) => setImmediate(done));
    }
    await settled();
    await network.settle();
    for (const anchor of anchors) {
      const [at, ...others] = windows.map(({ text }) => text.position(anchor));
      assert.ok(at >= 0 && at <= windows[0].text.length, `seed ${seed}: ${at}`);
      for (const other of others) assert.equal(other, at, `seed ${seed}`);
    }
    end();
  }
});
