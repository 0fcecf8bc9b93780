// One text field in several windows, typed in at once: every character is kept, and words stay words.
import { scenario } from '../lib/scenario.mjs';

/** An application with one text, `field`, and somebody who types. */
function editor({ allowed, channel, frames = [] }) {
  window.parley = Parley.create({ ...(allowed && { allowedOrigins: allowed }), ...(channel && { channel }) });
  window.state = new SyncedState(parley, { field: '[begin] [end]' }, { conflict: 'merge' });
  window.field = () => state.get('field');
  window.engineIsHere = () => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/text.js'));
  /** Types a word between the brackets, each letter after the one before, wherever that is by then. */
  window.type = async (word, seed, start) => {
    const below = random(seed);
    // Timers of hidden tabs come once a second.
    const until = async (time) => {
      while (Date.now() < time) await turn();
    };
    await until(start);
    let typed = '';
    for (const letter of word) {
      // While the engine is on its way, the last whole text shows.
      while (!field().includes(typed)) await turn();
      const now = field();
      const at = typed ? now.indexOf(typed) + typed.length : now.indexOf('] ') + 2;
      state.setState({ field: now.slice(0, at) + letter + now.slice(at) });
      typed += letter;
      if (below(4) > 0) await until(Date.now() + below(4));
    }
  };
  window.connections = Object.fromEntries(
    frames.map(({ id, src }) => [id, settle(parley.connect(addFrame(id, src), id))]),
  );
}

/** Two tabs of one origin; the first holds a frame of the other origin. */
async function windows(t) {
  const src = t.url(t.b, editor, { allowed: [t.a] });
  const first = await t.open(t.a, editor, { allowed: [t.a, t.b], channel: 'home', frames: [{ id: 'child', src }] });
  const frame = await first.frame('child').loaded();
  const second = await t.open(t.a, editor, { allowed: [t.a], channel: 'home' });
  await second.until(() => parley.peers.length === 1);
  await first.until(() => parley.getConnectedTargets().length === 2);
  return [first, frame, second];
}

const WORDS = ['ALPHABET'.repeat(6), 'ÜBER😀GRÖßE'.repeat(4), '日本語のTEXT'.repeat(5)];

scenario(
  'two tabs and a cross-origin frame type into one field at once: every character is kept, words stay words',
  async (t) => {
    const views = await windows(t);
    for (const view of views) t.assert.equal(await view.eval(() => engineIsHere()), false, 'nobody has merged yet');
    const start = Date.now() + 300;
    const typed = (view, at) => view.eval((...how) => type(...how), WORDS[at], t.seed * 10 + at, start);
    await Promise.all(views.map(typed));
    const length = '[begin] [end]'.length + WORDS.join('').length;
    for (const view of views) await view.until((length) => field().length === length, length);

    const [text, ...others] = await Promise.all(views.map((view) => view.eval(() => field())));
    for (const other of others) t.assert.equal(other, text);
    for (const word of WORDS) t.assert.ok(text.includes(word), `${word} is torn apart in ${text}`);
    t.assert.match(text, /^\[begin\] .*\[end\]$/u);

    const late = await t.open(t.a, editor, { allowed: [t.a], channel: 'home' });
    await late.until((text) => field() === text, text);
  },
);

scenario('one deletes a word while another types inside of it: what was typed stays, the rest goes', async (t) => {
  const [first, , second] = await windows(t);
  await Promise.all([
    first.eval(() => state.setState({ field: '[] [end]' })),
    second.eval(() => state.setState({ field: '[beNEWgin] [end]' })),
  ]);
  const views = [first, second];
  for (const view of views) await view.until(() => !field().includes('gin') && field().includes('NEW'));
  for (const view of views) t.assert.equal(await view.eval(() => field()), '[NEW] [end]');
});
