// Handshakes that end wrongly: connect() says what it can know, and says it at once.
import { opaquePage, peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

scenario('a window is no peer of itself', async (t) => {
  const page = await t.open(t.a, peer, { options: { timeout: 1e6 } });
  for (const target of ['window', 'self', 'parent', 'top', 'frames']) {
    const outcome = await page.eval((target) => settle(parley.connect(globalThis[target], 'me')), target);
    t.assert.equal(outcome.code, 'ERR_ARGUMENT', `${target}: ${JSON.stringify(outcome)}`);
    t.assert.match(outcome.message, /this very window/);
  }
  t.assert.deepEqual(await page.eval(() => parley.peers), []);
});

scenario('a frame that leaves the page, or is not in it, ends connect()', async (t) => {
  const page = await t.open(t.a, peer, { allowed: [t.a, t.b], options: { timeout: 1e6 } });
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const silent = t.url(t.a, () => {}, {}, { page: 'plain.html' });
  const removed = await page.eval(async (silent) => {
    const frame = addFrame('silent', silent);
    const [outer, inner] = [document.createElement('div'), document.createElement('div')];
    document.body.append(outer);
    outer.append(inner);
    inner.attachShadow({ mode: 'open' }).append(frame);
    const joining = settle(parley.connect(frame, 'silent'));
    const other = settle(parley.connect(addFrame('other', silent), 'other', { timeout: 900 }));
    await pause(0);
    // What leaves the page is two elements and a shadow root above it.
    outer.remove();
    // It is told at once: before the first of the looks that come once a second, and before a timeout of less than one.
    return { ...(await Promise.race([joining, other])), last: await other };
  }, silent);
  t.assert.equal(removed.code, 'ERR_PEER_LOST', JSON.stringify(removed));
  t.assert.equal(removed.details.targetId, 'silent');
  t.assert.match(removed.message, /has left the page/);
  t.assert.equal(removed.last.code, 'ERR_TIMEOUT', JSON.stringify(removed));
  // One that is moved to another place while it is waited for is not gone.
  const moved = await page.eval((src) => {
    const frame = addFrame('moved', src);
    const joining = settle(parley.connect(frame, 'moved'));
    const place = document.createElement('div');
    frame.remove();
    document.body.append(place);
    place.append(frame);
    return joining;
  }, src);
  t.assert.equal(moved.value?.id, 'moved', JSON.stringify(moved));
  const before = await page.eval((silent) => {
    const frame = addFrame('gone', silent);
    frame.remove();
    return settle(parley.connect(frame, 'gone'));
  }, silent);
  t.assert.equal(before.code, 'ERR_PEER_LOST', JSON.stringify(before));
  t.assert.match(before.message, /is not in the page: put its element there/);
  // One that is put there after the call is waited for.
  const late = await page.eval((src) => {
    const frame = document.createElement('iframe');
    const joining = settle(parley.connect(frame, 'late'));
    frame.src = src;
    document.body.append(frame);
    return joining;
  }, src);
  t.assert.equal(late.value?.id, 'late', JSON.stringify(late));
  // One that was connected, and asked for again when it is gone.
  const again = await page.eval(async () => {
    const frame = [...document.querySelectorAll('iframe')].at(-1);
    frame.remove();
    while (parley.isConnected('late')) await pause(10);
    return settle(parley.connect(frame, 'late'));
  });
  t.assert.equal(again.code, 'ERR_PEER_LOST', JSON.stringify(again));
});

const grants = { messages: ['echo', 'note'], read: ['state.*'], write: ['state.*'] };

/** A frame that lets its opaque parent in, at once or when it is told to. */
const hosted = `(args) => {
  (${peer})(args);
  const join = () => (connections.host = settle(parley.connect(parent, 'host', { opaque: true, grants: args.grants })));
  if (!args.late) join();
  addEventListener('message', ({ data }) => data === 'join' && join());
}`;

const outer = `(args) => {
  (${peer})(args);
  addFrame('inner', args.inner);
  window.joinChild = () => (connections.w = settle(parley.connect(document.getElementById('inner').contentWindow, 'w')));
  if (!args.late) joinChild();
}`;

for (const first of ['the page', 'the frame'])
  scenario(`a page of opaque origin and its frame connect to each other, ${first} first`, async (t) => {
    const late = first === 'the frame';
    const top = await t.open(t.a, peer, {});
    const inner = t.url(t.b, hosted, { allowed: [t.b], grants, late });
    const src = opaquePage(t, outer, { allowed: [t.b], options: { timeout: 1e6 }, inner, late });
    await top.eval((src) => void addFrame('opaque', src), src);
    const page = await top.frame('opaque').loaded();
    const frame = await page.frame('inner').loaded();
    t.assert.deepEqual([await page.eval(() => origin), await frame.eval(() => origin)], ['null', t.b]);
    if (late) {
      await page.eval(() => document.getElementById('inner').contentWindow.postMessage('join', '*'));
      await page.until(() => parley.peers.length === 1);
      await page.eval(() => void joinChild());
    }
    const below = await page.eval(() => connections.w);
    t.assert.deepEqual([below.value?.id, below.value?.kind, below.value?.origin], ['w', 'iframe', t.b], JSON.stringify(below)); // prettier-ignore
    const above = await frame.eval(() => connections.host);
    t.assert.deepEqual([above.value?.id, above.value?.origin], ['host', 'null'], JSON.stringify(above));
    t.assert.equal((await page.eval(() => parley.send('echo', 1, { targetId: 'w' }))).echoed, 1);
    t.assert.equal((await frame.eval(() => parley.send('echo', 2, { targetId: 'host' }))).echoed, 2);
    t.assert.deepEqual(await page.eval(() => parley.getConnectedTargets()), ['w']);
    await page.eval(() => state.setState({ down: 1 }));
    await frame.until(() => state.get('down') === 1);
  });

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
])
  // prettier-ignore
  for (const called of [true, false])
    scenario(`a popup that navigates has navigated, one that closes is closed: ${where}, ${called ? 'connected' : 'uncalled'}`, async (t) => {
      const page = await t.open(t.a, peer, { allowed: [t.a, t[site]] });
      // A popup that nobody called for calls for its opener.
      const setup = called ? peer : `(args) => { (${peer})(args); parley.connect(opener, 'opener'); }`;
      const src = t.url(t[site], setup, { allowed: [t.a] });
      const elsewhere = t.url(t[site], setup, { allowed: [t.a] });
      await page.eval(
        (src, called) => {
          window.open_ = () => {
            window.popup = window.open(src);
            if (called) connections.popup = settle(parley.connect(popup, 'popup'));
          };
          window.ends = () => events.filter(({ event }) => event === 'system:disconnected').map(({ reason }) => reason);
        },
        src,
        called,
      );
      const popup = await t.popup(page, () => open_());
      await page.until(() => parley.getConnectedTargets().length === 1);
      await popup.eval((url) => void setTimeout(() => location.assign(url)), elsewhere);
      await page.until(() => ends().length === 1);
      t.assert.deepEqual(await page.eval(() => ends()), ['navigated']);
      // Another document there is let in as before.
      await page.until(() => parley.getConnectedTargets().length === 1);
      await page.eval(() => popup.close());
      await page.until(() => ends().length === 2);
      t.assert.deepEqual(await page.eval(() => ends()), ['navigated', 'closed']);
    });
