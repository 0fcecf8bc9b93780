// The pages of the site in a narrow window: nothing is cut off, and nothing has to be scrolled sideways.
import { readdirSync } from 'node:fs';
import { target } from '../../../xtask/js/site/paths.mjs';
import { scenario } from '../lib/scenario.mjs';

const WIDTHS = [400, 1280];
/** Pages loaded at a time. */
const GROUP = 12;

/** Without the windows of the playground, which are as wide as their page makes them. */
const pages = () =>
  readdirSync(target, { recursive: true })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.html') && !path.includes('windows/'));

/** Loads the pages in frames of this width; returns what is too wide in which page, and how many lists are unfolded there. */
async function measure(width, paths) {
  const look = (frame) => {
    const { documentElement: root, body } = frame.contentDocument;
    const style = (element) => frame.contentWindow.getComputedStyle(element);
    // What is hidden from sight is there for screen readers.
    const isCut = (element) =>
      element.scrollWidth > element.clientWidth + 1 &&
      element.clientWidth > 1 &&
      style(element).overflowX !== 'visible' &&
      style(element).display !== 'inline';
    return {
      wide: root.scrollWidth > root.clientWidth,
      cut: [...body.querySelectorAll('main *')]
        .filter(isCut)
        .map(({ localName, className }) => `${localName}.${className}`),
      unfolded: body.querySelectorAll('[data-fold][open]').length,
    };
  };
  const load = async (path) => {
    const frame = document.createElement('iframe');
    Object.assign(frame.style, { width: `${width}px`, height: '900px', border: '0' });
    frame.src = `/${path}`;
    document.body.append(frame);
    await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    const found = look(frame);
    frame.remove();
    return { path, ...found };
  };
  return Promise.all(paths.map(load));
}

for (const width of WIDTHS) {
  scenario(
    `no page is wider than a window of ${width} px`,
    async (t) => {
      const page = await t.open(t.a, () => {});
      const all = pages();
      t.assert.ok(all.length > 40, `${all.length} pages`);
      const found = [];
      for (let at = 0; at < all.length; at += GROUP) {
        found.push(...(await page.eval(measure, width, all.slice(at, at + GROUP))));
      }
      const bad = found.filter(({ wide, cut }) => wide || cut.length > 0);
      t.assert.deepEqual(bad, []);
      // Before the page's own text a narrow window has no long lists.
      const isFolded = ({ path, unfolded }) => unfolded > 0 === (width > 1000 && path.startsWith('docs/'));
      t.assert.deepEqual(
        found.filter((one) => !isFolded(one)),
        [],
      );
    },
    { timeout: 60_000 },
  );
}

const press = (key) =>
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const write = (text) => {
  const { activeElement: input } = document;
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
};
/** What a screen reader has of the search box. */
const searchBox = () => {
  const input = document.querySelector('.docs-search input');
  const options = [...document.querySelectorAll('#search-results [role="option"]')];
  const chosen = document.getElementById(input.getAttribute('aria-activedescendant'));
  return {
    focused: document.activeElement === input,
    value: input.value,
    expanded: input.getAttribute('aria-expanded'),
    titles: options.map((option) => option.querySelector('.docs-search-title').textContent),
    chosen: options.indexOf(chosen),
    selected: options.findIndex((option) => option.getAttribute('aria-selected') === 'true'),
    status: document.querySelector('.docs-search [role="status"]').textContent,
  };
};

scenario('the search box of the docs, with the keyboard alone', async (t) => {
  const page = await t.visit(`${t.a}/docs/index.html`);
  await page.until(() => document.querySelector('.docs-search:not([hidden])') !== null);
  const box = () => page.eval(searchBox);
  t.assert.equal((await box()).focused, false);
  await page.eval(press, '/');
  t.assert.equal((await box()).focused, true);
  // In the box it is a character like any other.
  t.assert.equal(await page.eval(press, '/'), true);

  await page.eval(write, 'undo, reset');
  await page.until(() => document.querySelectorAll('#search-results li').length > 0);
  const found = await box();
  t.assert.deepEqual([found.titles[0], found.expanded, found.chosen], ['Undo, reset', 'true', -1]);
  t.assert.equal(found.status, `${found.titles.length} found`);

  await page.eval(write, 'undo');
  await page.until(() => document.querySelectorAll('#search-results li').length > 2);
  const last = (await box()).titles.length - 1;
  for (const [key, at] of [
    ['ArrowDown', 0],
    ['ArrowDown', 1],
    ['ArrowUp', 0],
    ['ArrowUp', last],
    ['ArrowDown', 0],
  ]) {
    t.assert.equal(await page.eval(press, key), false, 'the caret stays');
    const { chosen, selected } = await box();
    t.assert.deepEqual([chosen, selected], [at, at]);
  }

  await page.eval(press, 'Escape');
  const closed = await box();
  t.assert.deepEqual([closed.expanded, closed.titles, closed.value], ['false', [], 'undo']);
  await page.eval(press, 'Escape');
  t.assert.equal((await box()).value, '');

  await page.eval(write, 'no such thing anywhere');
  await page.until(() => document.querySelector('.docs-search [role="status"]').textContent === 'Nothing found');

  await page.eval(write, 'undo, reset');
  await page.until(() => document.querySelectorAll('#search-results li').length > 0);
  await page.eval(press, 'Enter');
  await page.until(() => location.pathname === '/docs/state.html' && location.hash === '#undo-reset');
  await page.until(() => document.querySelector('#undo-reset') !== null);
});
