// The inspector: windows of one origin that let it look are drawn and controlled; nobody else gets anything.
import { scenario } from '../lib/scenario.mjs';

/** A page that is inspected, with a state and a frame of another origin. */
const inspected = `async ({ allowed, frame, name }) => {
  const { inspect } = await import('/pkg/inspector.js');
  window.parley = Parley.create({ allowedOrigins: allowed, channel: 'inspected' });
  window.events = record(parley);
  window.heard = [];
  parley.on('note', (payload) => void heard.push(payload));
  window.state = new SyncedState(parley, { n: 0 }, { name: 'shared' });
  window.inspection = inspect(parley, { name });
  window.connections = {};
  if (frame) connections.widget = settle(parley.connect(addFrame('widget', frame), 'widget'));
}`;

const widget = `({ allowed }) => {
  window.parley = Parley.create({ allowedOrigins: allowed });
  window.heard = [];
  parley.on('note', (payload) => void heard.push(payload));
  window.state = new SyncedState(parley, { n: 0 }, { name: 'shared' });
}`;

/** A page with the element and nothing else. */
const looking = `async () => {
  await import('/pkg/inspector.js');
  window.inspector = document.body.appendChild(document.createElement('parley-inspector'));
}`;

/** What an element of the inspector says, or undefined. */
const said = (selector) =>
  [...document.querySelector('parley-inspector').shadowRoot.querySelectorAll(selector)].map((one) => one.textContent);

/** Presses the button of that name with the keyboard's focus on it. */
const press = (label) => {
  const { shadowRoot } = document.querySelector('parley-inspector');
  const button = [...shadowRoot.querySelectorAll('button')].find(
    (one) => (one.getAttribute('aria-label') ?? one.textContent) === label,
  );
  if (!button) throw new Error(`no button "${label}"`);
  button.focus();
  if (shadowRoot.activeElement !== button) throw new Error(`"${label}" takes no focus`);
  button.click();
};
const isPressed = (view, label) =>
  view.until(
    (label) =>
      [...document.querySelector('parley-inspector').shadowRoot.querySelectorAll('button')]
        .find((one) => one.getAttribute('aria-label') === label)
        ?.getAttribute('aria-pressed') === 'true',
    label,
  );

async function open(t) {
  const frame = t.url(t.b, widget, { allowed: [t.a] });
  const main = await t.open(t.a, inspected, { allowed: [t.a, t.b], frame, name: 'Main' });
  await main.eval(() => connections.widget);
  const inner = main.frame('widget');
  const inspector = await t.open(t.a, looking, {});
  await inspector.until(() =>
    document.querySelector('parley-inspector').shadowRoot.textContent.includes('Main → widget'),
  );
  return { main, inner, inspector };
}

scenario('it shows a frame with its origin, wire and counts, a second tab, and who wrote what', async (t) => {
  const { main, inner, inspector } = await open(t);
  const picture = (text) =>
    inspector.until(
      (text) =>
        document.querySelector('parley-inspector').shadowRoot.querySelector('svg').getAttribute('aria-label') === text,
      text,
    );
  await picture('Connected: Main with widget by MessagePort.');
  const [origin] = await inspector.eval(said, '.node-origin');
  t.assert.equal(origin, t.b.replace('http://', ''));
  await inspector.until((origin) => {
    const text = document.querySelector('parley-inspector').shadowRoot.querySelector('.wire').textContent;
    return text.startsWith(`iframe · ${origin} · MessagePort · connected · `) && / ms$/.test(text);
  }, t.b);
  const second = await t.open(t.a, inspected, { allowed: [t.a], name: 'Second' });
  await picture('Connected: Main with widget by MessagePort; Main with Second by BroadcastChannel.');

  await second.eval(() => state.setState({ n: 5 }));
  const row = (...cells) =>
    inspector.until((cells) => {
      const rows = [...document.querySelector('parley-inspector').shadowRoot.querySelectorAll('tbody tr')];
      return rows.some((row) => cells.every((cell, at) => row.children[at].textContent === cell));
    }, cells);
  await row('n', '5', 'Second');
  await inner.eval(() => state.setState({ n: 6 }));
  await row('n', '6', 'widget, or a window behind it');
  await inspector.until(() =>
    [...document.querySelector('parley-inspector').shadowRoot.querySelectorAll('.entry')].some((entry) =>
      entry.textContent.endsWith('writein Main, by widget, or a window behind it: shared.n = 6'),
    ),
  );
  await main.eval(() => parley.send('note', { hello: 1 }, { targetId: 'widget', expectsResponse: false }));
  await inspector.until(() =>
    /messageMain → widget: note \{ hello: 1 \}/.test(
      document.querySelector('parley-inspector').shadowRoot.querySelector('[aria-label=Timeline]:not(section)')
        .textContent,
    ),
  );
  // A window that goes is no longer shown.
  await second.tab.close();
  await picture('Connected: Main with widget by MessagePort.');
});

scenario('refusals are shown with who and why', async (t) => {
  const { main, inner, inspector } = await open(t);
  await main.eval(() => parley.register('checked', { schema: (value) => value === 'fine' }));
  await main.eval(() => parley.on('checked', () => {}));
  await inner.eval(() => settle(parley.send('checked', 'wrong')));
  await inspector.until(
    (origin) =>
      [...document.querySelector('parley-inspector').shadowRoot.querySelectorAll('.entry.warn')].some((entry) =>
        entry.textContent.includes(`refused input of ${origin}: ERR_VALIDATION`),
      ),
    t.b,
  );
});

for (const [label, fate] of [
  ['Pause', 'held'],
  ['Drop', 'dropped'],
  ['Cut', 'dropped'],
]) {
  scenario(`the button "${label}" stops a link both ways, and again lets it go`, async (t) => {
    const { main, inner, inspector } = await open(t);
    await inspector.eval(() => {
      const inputs = document.querySelector('parley-inspector').shadowRoot.querySelectorAll('input[type=number]');
      [inputs[0].value, inputs[1].value] = ['100', '100'];
    });
    const button = `${label}: Main → widget`;
    await inspector.eval(press, button);
    await isPressed(inspector, button);
    await main.eval(() => state.setState({ main: 1 }));
    await inner.eval(() => state.setState({ inner: 1 }));
    await inspector.until((fate) => {
      const { shadowRoot } = document.querySelector('parley-inspector');
      const entries = [...shadowRoot.querySelectorAll('.entry b')].map((entry) => entry.textContent);
      return entries.filter((entry) => entry === `batch, ${fate}`).length >= 2;
    }, fate);
    t.assert.deepEqual(await main.eval(() => state.getState()), { n: 0, main: 1 });
    t.assert.deepEqual(await inner.eval(() => state.getState()), { n: 0, inner: 1 });
    await inspector.eval(press, button);
    for (const one of [main, inner]) await one.until(() => state.get('main') === 1 && state.get('inner') === 1);
    await inner.eval(() => parley.broadcast('note', 'through'));
    await main.until(() => heard.includes('through'));
  });
}

scenario('the button "Delay" makes frames late, and all arrive', async (t) => {
  const { main, inner, inspector } = await open(t);
  await inspector.eval(press, 'Delay: Main → widget');
  await isPressed(inspector, 'Delay: Main → widget');
  for (let n = 0; n < 3; n++) await main.eval((n) => parley.broadcast('note', n), n);
  t.assert.equal(
    await main.eval(() => inspection.report().links.find(({ id }) => id === 'widget').gate.mode),
    'delayed',
  );
  await inner.until(() => heard.length === 3);
  t.assert.deepEqual(await inner.eval(() => heard), [0, 1, 2]);
});

scenario('a window is frozen and let go', async (t) => {
  const { main, inner, inspector } = await open(t);
  await inspector.eval(press, 'Freeze Main');
  await isPressed(inspector, 'Freeze Main');
  await main.eval(() => state.setState({ main: 1 }));
  await inner.eval(() => state.setState({ inner: 1 }));
  await main.until(() => inspection.report().links.find(({ id }) => id === 'widget').gate.waiting >= 2);
  t.assert.deepEqual(await inner.eval(() => state.getState()), { n: 0, inner: 1 });
  await inspector.eval(press, 'Freeze Main');
  for (const one of [main, inner]) await one.until(() => state.get('main') === 1 && state.get('inner') === 1);
});

scenario('a hostile frame of another origin gets nothing, and controls nothing', async (t) => {
  const { main, inspector } = await open(t);
  const spy = `async ({ uid, allowed }) => {
    window.got = [];
    const { ParleyInspector } = await import('/pkg/inspector.js');
    window.element = document.body.appendChild(new ParleyInspector());
    const channel = new BroadcastChannel('parley-sync:inspector');
    channel.onmessage = ({ data }) => got.push(data);
    addEventListener('message', ({ data }) => got.push(data));
    window.parley = Parley.create({ allowedOrigins: allowed });
    const cut = { type: 'do', uid, command: { do: 'freeze', frozen: true } };
    for (const say of [(data) => channel.postMessage(data), (data) => window.parent.postMessage(data, allowed[0])]) {
      say({ type: 'watch', viewer: 'spy' });
      say(cut);
    }
  }`;
  const uid = await main.eval(() => inspection.report().window.uid);
  // One of a stranger, and one of a peer with grants.
  for (const site of [t.evil, t.b]) {
    const src = t.url(site, spy, { uid, allowed: [t.a] });
    await main.eval((src, id) => void addFrame(id, src), src, `spy-${new URL(site).hostname.split('.')[0]}`);
  }
  for (const id of ['spy-evil', 'spy-b']) {
    const view = await main.frame(id).loaded();
    await view.until(() => window.element?.shadowRoot?.querySelector('[role=status]').textContent !== '');
    // It has been reported to whoever may look since then: nothing else is under way.
    await main.eval((id) => state.setState({ secret: id }), id);
    await inspector.until(
      (id) =>
        [...document.querySelector('parley-inspector').shadowRoot.querySelectorAll('tbody tr')].some((row) =>
          row.textContent.includes(id),
        ),
      id,
    );
    t.assert.deepEqual(
      await view.eval(() => got.filter((data) => data?.type === 'report' || data?.type === 'here')),
      [],
    );
    t.assert.match(await view.eval(() => element.shadowRoot.querySelector('[role=status]').textContent), /^No window/);
  }
  t.assert.equal(await main.eval(() => inspection.report().window.frozen), false);
});

scenario('the page of the site shows the windows of the demo', async (t) => {
  await t.visit(`${t.a}/index.html`);
  const page = await t.visit(`${t.a}/inspector/index.html`);
  await page.until(() => {
    const { shadowRoot } = document.querySelector('parley-inspector');
    return shadowRoot && /Demo: main → Demo: frame/.test(shadowRoot.textContent);
  });
  t.assert.equal(
    await page.eval(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
    true,
  );
});
