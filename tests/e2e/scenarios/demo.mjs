// The demo's main job, worked as a person works it: what the windows show is compared, not what they hold.
import { scenario } from '../lib/scenario.mjs';

const shows = () => ({
  count: document.querySelector('[name=count]')?.textContent,
  note: document.querySelector('[name=note]')?.value,
  theme: document.documentElement.dataset.theme,
});

const press = (label) => {
  const button = [...document.querySelectorAll('button')].find(
    (one) => (one.getAttribute('aria-label') ?? one.textContent).trim() === label,
  );
  if (!button) throw new Error(`no button "${label}"`);
  button.click();
};
const type = (text) => {
  const area = document.querySelector('[name=note]');
  area.value = text;
  area.dispatchEvent(new Event('input', { bubbles: true }));
};
const choose = (theme) => document.querySelector(`[name=theme][value=${theme}]`).click();

/** The main page and its two frames, once all three show the shared counter. */
async function openDemo(t, { count = '0' } = {}) {
  const page = await t.visit(`${t.a}/index.html`);
  const view = async (id) => {
    await page.until((id) => {
      const frame = document.querySelector(`#pane-${id} iframe`);
      if (frame) frame.id = id;
      return Boolean(frame);
    }, id);
    return page.frame(id);
  };
  const windows = { page, same: await view('same'), other: await view('other') };
  for (const one of Object.values(windows)) {
    await one.until((count) => document.querySelector('[name=count]')?.textContent === count, count);
  }
  await page.until(() => /connected/.test(document.querySelector('#pane-other .pane-status')?.textContent));
  return windows;
}

/** All of these show the same, and it is this. */
async function assertShown(t, views, expected) {
  for (const view of views) {
    await view.until((expected) => {
      const shown = {
        count: document.querySelector('[name=count]')?.textContent,
        note: document.querySelector('[name=note]')?.value,
        theme: document.documentElement.dataset.theme,
      };
      return Object.entries(expected).every(([key, value]) => shown[key] === value);
    }, expected);
    t.assert.deepEqual({ ...(await view.eval(shows)), ...expected }, await view.eval(shows));
  }
}

scenario('page, frames, second tab and popups share counter, note and theme', async (t) => {
  const { page, same, other } = await openDemo(t);
  await page.eval(press, 'Add one');
  await other.eval(press, 'Add one');
  await assertShown(t, [page, same, other], { count: '2' });
  await other.eval(type, 'from the frame of the other origin');
  await same.eval(choose, 'dark');
  const expected = { count: '2', note: 'from the frame of the other origin', theme: 'dark' };
  await assertShown(t, [page, same, other], expected);

  const second = await openDemo(t, { count: '2' });
  const popup = await t.popup(page, press, 'Open popup');
  const foreign = await t.popup(page, press, 'Open popup of the other origin');
  const all = [page, same, other, second.page, second.same, second.other, popup, foreign];
  await assertShown(t, all, expected);

  await second.other.eval(press, 'Add one');
  await foreign.eval(type, 'from the popup');
  await popup.eval(choose, 'light');
  await assertShown(t, all, { count: '3', note: 'from the popup', theme: 'light' });

  await second.page.tab.close();
  await popup.tab.close();
  await foreign.eval(press, 'Add one');
  await assertShown(t, [page, same, other, foreign], { count: '4' });
});

scenario('the frame is reloaded, closed, disconnected and joined again by its buttons', async (t) => {
  const { page, other } = await openDemo(t);
  await page.eval(press, 'Add one');
  await other.eval(() => void (window.before = true));
  await page.eval(press, 'Reload: A frame of another origin');
  // What is seen until then is the old document's.
  await other.until(() => !window.before && document.querySelector('[name=count]'));
  await page.until(() => /connected/.test(document.querySelector('#pane-other .pane-status')?.textContent));
  await assertShown(t, [page, other], { count: '1' });
  await page.eval(press, 'Disconnect: A frame of another origin');
  await page.until(() => /disconnected/.test(document.querySelector('#pane-other .pane-status')?.textContent));
  await page.eval(press, 'Add one');
  await page.until(() => document.querySelector('[name=count]')?.textContent === '2');
  t.assert.equal(await other.eval(() => document.querySelector('[name=count]').textContent), '1');
  await page.eval(press, 'Connect: A frame of another origin');
  await assertShown(t, [page, other], { count: '2' });
});

scenario('questions and pings are answered, peers are listed', async (t) => {
  const { page } = await openDemo(t);
  await page.eval(press, 'Ping all');
  await page.until(() => /of \d+ answered, /.test(document.querySelector('.widget-status').textContent));
  await page.eval(press, 'Ask the frame');
  await page.until(() =>
    /^Its size is \d+ × \d+, its counter 0\. The answer took .+\.$/.test(
      document.querySelector('.widget-status').textContent,
    ),
  );
  await page.until((origin) => document.getElementById('peers').textContent.includes(new URL(origin).host), t.b);
});
