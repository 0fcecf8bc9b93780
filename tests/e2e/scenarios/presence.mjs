// Presence goes with its window, however that ends; nobody is there twice.
import { inBackground } from '../browsers/background.mjs';
import { scenario } from '../lib/scenario.mjs';

function present({ allowed, channel = 'home', name, frames = [] }) {
  window.parley = Parley.create({ ...(channel && { channel }), ...(allowed && { allowedOrigins: allowed }) });
  window.events = record(parley);
  window.presence = new Presence(parley, name);
  window.seen = () => [...presence.others.values()].sort().join(' ');
  window.changes = [];
  presence.subscribe((others) => changes.push([others === presence.others ? seen() : 'not so', Date.now()]));
  window.connections = {};
  for (const { id, src } of frames) connections[id] = settle(parley.connect(addFrame(id, src), id));
}

const sees = (view, names) => view.until((names) => seen() === names, names);

async function open(t, names) {
  const tabs = [];
  for (const name of names) tabs.push(await t.open(t.a, present, { name }));
  for (const [at, tab] of tabs.entries()) await sees(tab, names.filter((name, other) => other !== at).join(' '));
  return tabs;
}

/** Each view sees what it is to see once `leave` has run. */
async function vanishes(t, expected, leave) {
  const since = Date.now();
  await leave();
  await Promise.all(expected.map(([view, names]) => sees(view, names)));
  const last = await Promise.all(expected.map(([view]) => view.eval(() => changes.at(-1)[1])));
  t.note(`gone after ${Math.max(...last) - since} ms`);
}

scenario('tabs see each other, and what each sets', async (t) => {
  const [a, b, c] = await open(t, ['a', 'b', 'c']);
  t.assert.deepEqual(
    await a.eval(() => [...presence.others.keys()].sort()),
    (await Promise.all([b, c].map((tab) => tab.eval(() => parley.instanceId)))).sort(),
  );
  await b.eval(() => presence.set('B'));
  await sees(a, 'B c');
  await sees(c, 'B a');
  t.assert.equal(
    (await a.eval(() => settle(Promise.resolve().then(() => presence.set({ el: document.body }))))).details.path,
    'el',
  );
  await b.eval(() => presence.destroy());
  await sees(a, 'c');
});

for (const [how, leave, needs] of [
  ['is closed', (tab) => tab.close()],
  ['crashes', (tab) => tab.crash(), ['crash']],
  ['navigates away', (tab, t) => tab.goto(t.url(t.b, () => {}, {}, { page: 'plain.html' }))],
]) {
  scenario(
    `gone when its tab ${how}`,
    async (t) => {
      const [a, b, c] = await open(t, ['a', 'b', 'c']);
      const rest = [
        [a, 'b'],
        [b, 'a'],
      ];
      await vanishes(t, rest, () => leave(c.tab, t));
    },
    { needs: needs ?? [] },
  );
}

scenario('a reload leaves one, not two', async (t) => {
  const [a, b] = await open(t, ['a', 'b']);
  for (let round = 0; round < 3; round++) {
    await b.tab.reload();
    await b.loaded();
    await sees(b, 'a');
    await sees(a, 'b');
    t.assert.equal(await a.eval(() => presence.others.size), 1);
    t.assert.equal(await a.eval(() => Math.max(...changes.map(([names]) => names.length))), 1, 'never twice');
  }
});

scenario('back from the cache it is there again', async (t) => {
  const [a, b] = await open(t, ['a', 'b']);
  await b.tab.goto(t.url(t.b, () => {}, {}, { page: 'plain.html' }));
  await sees(a, '');
  await b.tab.back();
  await b.until(() => window.loaded);
  await sees(a, 'b');
  await sees(b, 'a');
});

scenario('frames of another origin see those of other tabs, and go with their page', async (t) => {
  const frame = (name) => ({ id: 'child', src: t.url(t.b, present, { allowed: [t.a], channel: '', name }) });
  const left = await t.open(t.a, present, { name: 'left', allowed: [t.b], frames: [frame('inner-left')] });
  const right = await t.open(t.a, present, { name: 'right', allowed: [t.b], frames: [frame('inner-right')] });
  const [innerLeft, innerRight] = [await left.frame('child').loaded(), await right.frame('child').loaded()];
  await sees(innerLeft, 'inner-right left right');
  await sees(left, 'inner-left inner-right right');
  await innerRight.eval(() => presence.set('moved'));
  await sees(innerLeft, 'left moved right');
  const rest = [
    [left, 'inner-left'],
    [innerLeft, 'left'],
  ];
  await vanishes(t, rest, () => right.tab.close());
  await left.eval(() => document.getElementById('child').remove());
  await sees(left, '');
});

scenario(
  "frames go with a page whose process crashes, and so does the page's frame from other tabs",
  async (t) => {
    const frame = (name) => ({ id: 'child', src: t.url(t.b, present, { allowed: [t.a], channel: '', name }) });
    const left = await t.open(t.a, present, { name: 'left', allowed: [t.b], frames: [frame('inner-left')] });
    const right = await t.open(t.a, present, { name: 'right', allowed: [t.b], frames: [frame('inner-right')] });
    const inner = await left.frame('child').loaded();
    await right.frame('child').loaded();
    await sees(inner, 'inner-right left right');
    const rest = [
      [left, 'inner-left'],
      [inner, 'left'],
    ];
    await vanishes(t, rest, () => right.tab.crash());
  },
  { needs: ['crash'] },
);

scenario(
  'a frozen tab is not there until it wakes',
  (t) =>
    inBackground(async (open) => {
      const first = await open(t.url(t.a, present, { name: 'first' }));
      const second = await open(t.url(t.a, present, { name: 'second' }));
      await sees(second, 'first');
      await sees(first, 'second');
      await first.freeze();
      await sees(second, '');
      await second.eval(() => presence.set('moved'));
      await first.thaw();
      await sees(second, 'first');
      await sees(first, 'moved');
    }),
  { needs: ['freeze'], timeout: 40_000 },
);

scenario('twelve tabs', async (t) => {
  const names = Array.from({ length: 12 }, (_, n) => String.fromCharCode(97 + n));
  const tabs = await Promise.all(names.map((name) => t.open(t.a, present, { name })));
  for (const [at, tab] of tabs.entries()) await sees(tab, names.filter((_, other) => other !== at).join(' '));
  await Promise.all(tabs.splice(6).map((tab) => tab.tab.close()));
  for (const [at, tab] of tabs.entries()) {
    await sees(
      tab,
      names
        .slice(0, 6)
        .filter((_, other) => other !== at)
        .join(' '),
    );
  }
});

for (const [how, away] of [
  ['in a channel', false],
  ['in a frame across origins', true],
])
  scenario(`of two Parleys in one page, as a hot replacement leaves them, the later is there, ${how}`, async (t) => {
    const channel = away ? '' : 'home';
    const src = t.url(t.b, present, { allowed: [t.a], channel, name: 'old' });
    const args = { name: 'page', channel, allowed: [t.a, t.b], frames: away ? [{ id: 'child', src }] : [] };
    const page = await t.open(t.a, present, args);
    const two = away ? await page.frame('child').loaded() : await t.open(t.a, present, { name: 'old' });
    await sees(page, 'old');
    await sees(two, 'page');
    const id = await two.eval(
      (allowed, channel) => {
        window.next = Parley.create({ allowedOrigins: allowed, ...(channel && { channel }) });
        window.before = presence;
        window.presence = new Presence(next, 'new');
        return next.instanceId;
      },
      [t.a, t.b],
      channel,
    );
    await sees(page, 'new');
    t.assert.deepEqual(await page.eval(() => [...presence.others.keys()]), [id]);
    // What the Parley before still says is not shown, neither here nor there.
    await two.eval(() => before.set('older'));
    await two.eval(() => presence.set('newer'));
    await sees(page, 'newer');
    await sees(two, 'page');
    t.assert.ok(!(await page.eval(() => changes.some(([seen]) => /older|new .*old|old .*new/.test(seen)))));
    // Nor is it gone: when the later one is destroyed, the one before is there again.
    await two.eval(() => next.destroy());
    await sees(page, 'older');
  });
