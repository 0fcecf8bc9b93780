// The harness itself: a green run means little if it cannot see, or cannot fail.
import { scenario } from '../lib/scenario.mjs';

const plain = { page: 'plain.html' };

scenario('values and errors come back from a page', async (t) => {
  const page = await t.open(t.a, () => {}, {}, plain);
  t.assert.deepEqual(await page.eval((a, b) => ({ sum: a + b, origin: location.origin }), 2, 3), {
    sum: 5,
    origin: t.a,
  });
  await t.assert.rejects(
    page.eval(() => Promise.reject(Object.assign(new TypeError('no'), { code: 'E1' }))),
    (error) => error.remote.code === 'E1' && error.remote.name === 'TypeError',
  );
});

scenario('frames of other origins are reached, and found again after a reload', async (t) => {
  const inner = t.url(t.a, () => {}, {}, plain);
  const outer = t.url(t.b, ({ inner }) => addFrame('inner', inner), { inner }, plain);
  const page = await t.open(t.a, ({ outer }) => addFrame('outer', outer), { outer }, plain);
  const frame = page.frame('outer').frame('inner');
  await frame.loaded();
  t.assert.equal(await page.frame('outer').eval(() => location.origin), t.b);
  await frame.eval(() => {
    window.loaded = false;
    location.reload();
  });
  await frame.loaded();
  t.assert.equal(await frame.eval(() => location.origin), t.a);
});

scenario('popups are tabs like others', async (t) => {
  const page = await t.open(t.a, () => {}, {}, plain);
  const popup = await t.popup(
    page,
    (url) => void (window.popup = open(url)),
    t.url(t.b, () => {}, {}, plain),
  );
  await popup.loaded();
  t.assert.equal(await popup.eval(() => Boolean(opener) && location.origin), t.b);
  await popup.tab.close();
  await page.until(() => window.popup.closed);
});

scenario('a goodbye in pagehide is seen when a tab is closed by the driver', async (t) => {
  const listen = (name) => {
    window.heard = [];
    new BroadcastChannel(name).onmessage = ({ data }) => window.heard.push(data);
  };
  const one = await t.open(t.a, listen, 'bye', plain);
  const two = await t.open(
    t.a,
    (name) => addEventListener('pagehide', () => new BroadcastChannel(name).postMessage('gone')),
    'bye',
    plain,
  );
  await two.tab.close();
  await one.until(() => window.heard.includes('gone'));
});

scenario('what a page complains about fails the scenario', async (t) => {
  const page = await t.open(t.a, () => {}, {}, plain);
  await page.eval(() => {
    console.error('planted error');
    console.warn('planted warning');
    setTimeout(() => Promise.reject(new Error('planted rejection')));
    setTimeout(() => {
      throw new Error('planted exception');
    });
  });
  for (const word of ['error', 'warning', 'rejection', 'exception']) {
    await t.until(() => t.console(new RegExp(`planted ${word}`)).length === 1, `the planted ${word} is seen`);
  }
  t.assert.throws(() => t.assertQuiet(), /planted rejection/);
  t.expectConsole(/planted/);
});

for (const round of ['first', 'second']) {
  scenario(`what the ${round} scenario stores, no other finds`, async (t) => {
    const page = await t.open(t.a, () => {}, {}, plain);
    t.assert.equal(await page.eval(() => localStorage.length), 0);
    await page.eval(() => localStorage.setItem('left', 'behind'));
  });
}
