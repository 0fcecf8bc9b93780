// The search box of the docs: a combobox over the sections that `docs/search.json` lists. Loaded when it is first used.

const MOST = 8;
const AROUND = 60;

const box = document.querySelector('.docs-search');
const input = box.querySelector('input');
const list = box.querySelector('[role="listbox"]');
const status = box.querySelector('[role="status"]');
const root = new URL(box.dataset.docs, location.href);

let loading;
let sections = [];
/** What is shown, and which of it is chosen: -1 for none. */
let found = [];
let active = -1;

async function load() {
  const response = await fetch(new URL('search.json', root));
  if (!response.ok) throw new Error(`search.json: ${response.status}`);
  const all = await response.json();
  return all.map((section) => ({
    ...section,
    low: { title: section.title.toLowerCase(), page: section.page.toLowerCase(), text: section.text.toLowerCase() },
  }));
}

/** How well a section fits all words; 0 if it lacks one. */
function rank({ low }, words) {
  let sum = 0;
  for (const word of words) {
    const at = low.title.indexOf(word);
    const startsWord = at === 0 || (at > 0 && !/\w/.test(low.title[at - 1]));
    const here =
      (at < 0 ? 0 : startsWord ? 12 : 6) + (low.page.includes(word) ? 2 : 0) + (low.text.includes(word) ? 1 : 0);
    if (here === 0) return 0;
    sum += here;
  }
  return low.title === words.join(' ') ? sum + 20 : sum;
}

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return sections
    .map((section) => ({ section, words, rank: rank(section, words) }))
    .filter((one) => one.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, MOST);
}

const wordEnd = (text, from) => {
  const space = text.indexOf(' ', from);
  return space < 0 ? text.length : space;
};

/** The text around the first word that is in it. */
function excerpt({ text, low }, words) {
  const at = Math.max(
    0,
    Math.min(...words.map((word) => low.text.indexOf(word)).filter((place) => place >= 0), text.length),
  );
  const from = at < AROUND || at === text.length ? 0 : text.indexOf(' ', at - AROUND) + 1;
  const end = wordEnd(text, from + 3 * AROUND);
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`;
}

function span(kind, text) {
  const element = document.createElement('span');
  element.className = `docs-search-${kind}`;
  element.textContent = text;
  return element;
}

function option({ section, words }, index) {
  const item = document.createElement('li');
  Object.assign(item, { id: `search-${index}`, role: 'option' });
  item.append(span('title', section.title));
  if (section.page !== section.title) item.append(' ', span('page', section.page));
  item.append(' ', span('text', excerpt(section, words)));
  item.addEventListener('click', () => go(index));
  // The focus stays in the box, so that the list is not closed before the click.
  item.addEventListener('mousedown', (event) => event.preventDefault());
  return item;
}

function choose(index) {
  active = index;
  for (const [at, item] of [...list.children].entries()) {
    item.setAttribute('aria-selected', String(at === index));
    if (at === index) item.scrollIntoView({ block: 'nearest' });
  }
  if (index < 0) input.removeAttribute('aria-activedescendant');
  else input.setAttribute('aria-activedescendant', `search-${index}`);
}

function show(results) {
  found = results;
  list.replaceChildren(...results.map(option));
  list.hidden = results.length === 0;
  input.setAttribute('aria-expanded', String(results.length > 0));
  choose(-1);
}

function close() {
  show([]);
  status.textContent = '';
}

function go(index) {
  const { section } = found[index];
  close();
  input.blur();
  location.assign(new URL(section.path, root));
}

async function update() {
  try {
    loading ??= load();
    sections = await loading;
  } catch (error) {
    loading = undefined;
    status.textContent = `The search is not available: ${error.message}`;
    return;
  }
  if (document.activeElement !== input) return;
  const results = search(input.value);
  show(results);
  if (input.value.trim() === '') status.textContent = '';
  else status.textContent = results.length === 0 ? 'Nothing found' : `${results.length} found`;
}

const KEYS = {
  ArrowDown: () => choose(active + 1 < found.length ? active + 1 : 0),
  ArrowUp: () => choose(active > 0 ? active - 1 : found.length - 1),
  Enter: () => go(Math.max(active, 0)),
};

input.addEventListener('input', update);
input.addEventListener('focus', () => input.value !== '' && update());
input.addEventListener('blur', close);
input.addEventListener('keydown', (event) => {
  if (event.isComposing) return;
  if (event.key === 'Escape') {
    event.preventDefault();
    if (found.length === 0) input.value = '';
    close();
  } else if (Object.hasOwn(KEYS, event.key) && found.length > 0) {
    event.preventDefault();
    KEYS[event.key]();
  }
});
box.addEventListener('submit', (event) => event.preventDefault());
addEventListener('keydown', (event) => {
  const { target } = event;
  const writes = target.closest?.('input, textarea, select, [contenteditable]');
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || writes) return;
  event.preventDefault();
  input.focus();
  input.select();
});
box.hidden = false;
