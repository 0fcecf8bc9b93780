// A textarea in several windows, typed into at once: carets stay with their text, what an input method composes is not disturbed.
import { scenario } from '../lib/scenario.mjs';

/** An application with one textarea, bound to one text. */
async function editor({ allowed, channel, body = '[begin] [end]', frames = [] }) {
  const { SyncedText } = await import('/pkg/text.js');
  const { bindTextarea } = await import('/pkg/bindings/textarea.js');
  window.parley = Parley.create({ ...(allowed && { allowedOrigins: allowed }), ...(channel && { channel }) });
  window.state = new SyncedState(parley, { body }, { conflict: 'merge' });
  window.text = new SyncedText(state, 'body');
  window.field = document.body.appendChild(document.createElement('textarea'));
  window.selections = [];
  bindTextarea(field, text, { onSelect: (selection) => selections.push(selection) });
  const typeLetter = (letter) => {
    field.setRangeText(letter, field.selectionStart, field.selectionEnd, 'end');
    field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText' }));
  };
  /** Types a word at the caret, which nobody but the browser and the binding moves. */
  window.type = async (word, at, seed, start) => {
    const below = random(seed);
    const until = async (time) => {
      while (Date.now() < time) await turn();
    };
    await until(start);
    field.setSelectionRange(at, at);
    for (const letter of word) {
      typeLetter(letter);
      if (below(4) > 0) await until(Date.now() + below(4));
    }
  };
  window.connections = Object.fromEntries(
    frames.map(({ id, src }) => [id, settle(parley.connect(addFrame(id, src), id))]),
  );
}

/** Two tabs of one origin; the first holds a frame of the other origin. */
async function windows(t, body) {
  const src = t.url(t.b, editor, { allowed: [t.a], body });
  const first = await t.open(t.a, editor, {
    allowed: [t.a, t.b],
    channel: 'home',
    body,
    frames: [{ id: 'child', src }],
  });
  const frame = await first.frame('child').loaded();
  const second = await t.open(t.a, editor, { allowed: [t.a], channel: 'home', body });
  await second.until(() => parley.peers.length === 1);
  await first.until(() => parley.getConnectedTargets().length === 2);
  return [first, frame, second];
}

const shows = async (views, length) => {
  for (const view of views) await view.until((length) => field.value.length === length, length);
  return Promise.all(views.map((view) => view.eval(() => [field.value, text.text, state.get('body')])));
};

scenario(
  'three windows type at their carets: every character is kept, words stay words, fields show the text',
  async (t) => {
    const views = await windows(t);
    const words = ['ALPHABET'.repeat(6), 'ÜBER😀GRÖßE'.repeat(4), '日本語のTEXT'.repeat(5)];
    const start = Date.now() + 300;
    await Promise.all(
      views.map((view, at) => view.eval((...how) => type(...how), words[at], [8, 3, 8][at], t.seed * 10 + at, start)),
    );
    const said = await shows(views, '[begin] [end]'.length + words.join('').length);
    for (const all of said) for (const one of all) t.assert.equal(one, said[0][0]);
    for (const word of words) t.assert.ok(said[0][0].includes(word), `${word} is torn apart in ${said[0][0]}`);
  },
);

scenario('100 kB are pasted while another types: both are kept; undo takes back the paste alone', async (t) => {
  const views = await windows(t);
  const [first, , second] = views;
  const pasted = 'A line of text, pasted 😀.\n'.repeat(4000);
  await Promise.all([
    first.eval((pasted) => {
      // Not by execCommand: that takes Chromium almost a second for 400 lines, with nobody listening.
      field.setRangeText(pasted, 7, 7, 'end');
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));
    }, pasted),
    second.eval((...how) => type(...how), 'typed', 3, t.seed, 0),
  ]);
  const length = '[begin] [end]'.length + pasted.length + 5;
  const said = await shows(views, length);
  for (const all of said) for (const one of all) t.assert.equal(one, `[betypedgin]${pasted} [end]`);
  await first.eval(() =>
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, cancelable: true })),
  );
  for (const all of await shows(views, 18)) t.assert.equal(all[0], '[betypedgin] [end]');
});

scenario('a caret stays with its text, and crosses as plain data', async (t) => {
  const [first, frame, second] = await windows(t);
  await first.eval(() => {
    field.setSelectionRange(9, 12);
    field.dispatchEvent(new Event('select'));
  });
  const selection = await first.eval(() => selections.at(-1));
  await second.eval((...how) => type(...how), '>> ', 0, t.seed, 0);
  await shows([first, frame, second], 16);
  t.assert.deepEqual(await first.eval(() => [field.selectionStart, field.selectionEnd]), [12, 15]);
  const there = await frame.eval(({ from, to }) => [text.position(from), text.position(to)], selection);
  t.assert.deepEqual(there, [12, 15]);
});

scenario(
  'an input method composes while another types: it is not disturbed, and nothing is lost',
  async (t) => {
    const views = await windows(t);
    const [first, , second] = views;
    await first.eval(() => {
      field.focus();
      field.setSelectionRange(8, 8);
    });
    const { page } = first.tab;
    const cdp = await page.context().newCDPSession(page);
    const compose = (text) =>
      cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
    await compose('に');
    await second.until(() => text.text.includes('に'));
    await second.eval((...how) => type(...how), '>> ', 0, t.seed, 0);
    await first.until(() => text.text.startsWith('>> '));
    t.assert.equal(await first.eval(() => field.value), '[begin] に[end]', 'the field is left alone');
    await compose('にほ');
    await second.until(() => text.text.includes('にほ'));
    await cdp.send('Input.insertText', { text: '日本' });
    for (const all of await shows(views, 18)) for (const one of all) t.assert.equal(one, '>> [begin] 日本[end]');
    await cdp.detach();
  },
  { needs: ['compose'] },
);
