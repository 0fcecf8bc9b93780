// The playground, used as a visitor uses it: pause, edit on both sides, resume; what the windows show is compared.
import { scenario } from '../lib/scenario.mjs';

/** The page of an example with its windows, each connected to all others. */
async function open(t, path, count) {
  const page = await t.visit(`${t.a}/playground/${path}`);
  const windows = [];
  for (let at = 0; at < count; at++) {
    await page.until((at) => {
      const frame = document.querySelectorAll('iframe')[at];
      if (!frame?.src) return false;
      frame.id = `window-${at}`;
      return true;
    }, at);
    windows.push(await page.frame(`window-${at}`));
  }
  for (const one of windows) await connected(one, count - 1);
  return { page, windows };
}

const connected = (view, count) =>
  view.until(
    (text) => document.querySelector('#connection')?.textContent === text,
    `Connected to ${count} of ${count}`,
  );

/** Presses the pause switch, and waits until it says what it is now. */
async function pause(view, paused) {
  await view.eval(() => document.querySelector('#pause').click());
  await view.until((state) => document.querySelector('#pause').getAttribute('aria-checked') === state, String(paused));
}

const press = (selector) => document.querySelector(selector).click();
const edit = (find, put) => {
  const note = document.querySelector('#note');
  note.value = note.value.replace(find, put);
  note.dispatchEvent(new Event('input', { bubbles: true }));
};
const shown = (view, selector) => view.eval((selector) => document.querySelector(selector).textContent, selector);
const shows = (view, selector, text) =>
  view.until(
    (selector, text) => {
      const element = document.querySelector(selector);
      return (element?.value ?? element?.textContent) === text;
    },
    selector,
    text,
  );

for (const both of [false, true]) {
  scenario(`a note edited in two windows, ${both ? 'both' : 'one'} of them paused, has both edits`, async (t) => {
    const { windows } = await open(t, 'index.html', 2);
    const [left, right] = windows;
    await pause(left, true);
    if (both) await pause(right, true);
    await left.eval(edit, 'bread', 'dark bread');
    await right.eval(edit, 'milk', 'milk and honey');
    // Apart, each window has its own edit only.
    await shows(left, '#note', 'Shopping list\n- dark bread\n- milk\n');
    await shows(right, '#note', 'Shopping list\n- bread\n- milk and honey\n');
    await pause(left, false);
    if (both) await pause(right, false);
    for (const one of windows) await shows(one, '#note', 'Shopping list\n- dark bread\n- milk and honey\n');
    for (const one of windows) await connected(one, 1);
    // A second time round the connection still serves.
    await pause(right, true);
    await right.eval(edit, 'dark', 'very dark');
    await pause(right, false);
    await shows(left, '#note', 'Shopping list\n- very dark bread\n- milk and honey\n');
  });
}

scenario('a list keeps what both windows did to it', async (t) => {
  const { windows } = await open(t, 'todos.html', 2);
  await pause(windows[0], true);
  await windows[0].eval(() => {
    document.querySelector('#title').value = 'Water plants';
    document.querySelector('#add button').click();
    document.querySelector('#Done-a').click();
  });
  await windows[1].eval(press, '#Top-b');
  await pause(windows[0], false);
  for (const one of windows) {
    await one.until(() => {
      const items = [...document.querySelectorAll('#list li')].map((item) => item.firstElementChild);
      const text = items.map((item) => `${item.localName === 's' ? 'done: ' : ''}${item.textContent}`);
      return text.join() === 'Call Ada,done: Buy bread,Water plants';
    });
  }
});

scenario('a counter in three windows has the sum', async (t) => {
  const { windows } = await open(t, 'counter.html', 3);
  await pause(windows[2], true);
  for (const one of windows) await one.eval(press, '#burst');
  await shows(windows[2], '#count', '100');
  await shows(windows[0], '#count', '200');
  await pause(windows[2], false);
  for (const one of windows) await shows(one, '#count', '300');
});

scenario('the theme is the same in both windows', async (t) => {
  const { windows } = await open(t, 'theme.html', 2);
  await windows[1].eval(press, '[value=dark]');
  for (const one of windows) {
    await one.until(
      () => document.documentElement.dataset.theme === 'dark' && document.querySelector('[value=dark]').checked,
    );
  }
});

scenario('a paused window is no longer among those present', async (t) => {
  const { windows } = await open(t, 'presence.html', 3);
  const names = (view, count) => view.until((n) => document.querySelectorAll('#others li').length === n, count);
  for (const one of windows) await names(one, 2);
  await pause(windows[1], true);
  await names(windows[0], 1);
  await names(windows[1], 0);
  await pause(windows[1], false);
  for (const one of windows) await names(one, 2);
});

scenario('a question is answered; asked of nobody, it says so', async (t) => {
  const { windows } = await open(t, 'messages.html', 2);
  await windows[0].eval(press, '#ask button');
  await windows[0].until(() => /^The answer is 42, after /.test(document.querySelector('#answer').textContent));
  t.assert.match(await shown(windows[1], '#asked'), /asked for 6 × 7\.$/);
  await pause(windows[1], true);
  await windows[0].until(() => document.querySelector('#connection').textContent === 'Waiting');
  await windows[0].eval(press, '#ask button');
  await windows[0].until(() => /^ERR_TARGET_NOT_FOUND: /.test(document.querySelector('#answer').textContent));
});

scenario('a refused transaction is taken back in both windows, whole', async (t) => {
  const { windows } = await open(t, 'transfer.html', 2);
  const balance = async (ada, bob) => {
    for (const one of windows) {
      await shows(one, '#ada', ada);
      await shows(one, '#bob', bob);
    }
  };
  await windows[0].eval(press, '#move');
  await balance('20', '80');
  await windows[1].eval(press, '#refuse');
  await windows[0].eval(press, '#back');
  await windows[0].until(() => /^Taken back: ERR_REJECTED/.test(document.querySelector('#result').textContent));
  await balance('20', '80');
});

scenario('the pause switch, pressed again and again, leaves the windows as it says', async (t) => {
  const { windows } = await open(t, 'counter.html', 3);
  const pressed = async (view, count) => {
    for (let i = 0; i < count; i++) await view.eval(press, '#pause');
  };
  await pressed(windows[0], 6);
  await pressed(windows[1], 4);
  await pressed(windows[2], 3);
  await windows[2].until(() => document.querySelector('#connection').textContent === 'Paused');
  for (const one of windows) await one.eval(press, '#add');
  for (const one of windows.slice(0, 2)) await shows(one, '#count', '2');
  await shows(windows[2], '#count', '1');
  await pressed(windows[2], 5);
  for (const one of windows) await shows(one, '#count', '3');
  for (const one of windows) await connected(one, 2);
});

scenario('a view in a sandbox shares the state, and its messages pass through the proxy', async (t) => {
  const page = await t.visit(`${t.a}/playground/views.html`);
  await page.until(() => {
    const frame = document.querySelector('iframe');
    if (!frame?.src) return false;
    frame.id = 'host';
    return true;
  });
  const host = page.frame('host');
  const proxy = host.frame('proxy');
  const view = proxy.frame('view');
  await shows(host, '#connection', 'Connected to the proxy');
  await shows(proxy, '#connection', 'Connected to host and view');
  await shows(view, '#seen', 'A trip: Map');
  t.assert.equal(await view.eval(() => origin), 'null');
  await host.eval(() => {
    const title = document.querySelector('#title');
    title.value = 'A long trip';
    title.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await shows(view, '#seen', 'A long trip: Map');
  await view.eval(press, '#add');
  await shows(view, '#answer', 'The host has 2 items.');
  await shows(host, '#asked', 'The view behind the proxy added Tent.');
  await shows(view, '#seen', 'A long trip: Map, Tent');
  await proxy.eval(press, '#reload');
  await view.until(() => document.querySelector('#answer')?.textContent === '');
  await shows(view, '#seen', 'A long trip: Map, Tent');
  await host.eval(press, '#question');
  await host.until(() => /^\d+ × \d+$/.test(document.querySelector('#answer').textContent));
});
