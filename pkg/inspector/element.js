// <parley-inspector>: draws what the windows of this origin report.
import { h, keep, setText } from './dom.js';
import { Viewer } from './exchange.js';
import { draw, graphOf } from './graph.js';
import * as panels from './panels.js';
import { style } from './style.js';

const NOBODY =
  'No window of this origin is inspected. Call inspect(parley) in each window that is to be seen, and open it in this browser.';
const IMPOSSIBLE =
  'This page has no origin that others share (it is sandboxed, or opened from a disk): it can see no window.';

const byName = (a, b) => (a.window.name + a.window.uid < b.window.name + b.window.uid ? -1 : 1);

const sheet = () => {
  const made = new CSSStyleSheet();
  made.replaceSync(style);
  return made;
};

export class ParleyInspector extends (globalThis.HTMLElement ?? class {}) {
  #viewer;
  #parts;
  #drawing = false;
  #since = 0;
  #resizes;

  connectedCallback() {
    this.#parts ??= this.#build();
    this.#viewer = new Viewer(() => this.#drawSoon());
    this.#resizes = new ResizeObserver(() => this.#drawSoon());
    this.#resizes.observe(this);
    this.#drawSoon();
  }

  disconnectedCallback() {
    this.#viewer?.close();
    this.#resizes?.disconnect();
    this.#viewer = undefined;
  }

  #build() {
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet()];
    const again = () => this.#drawSoon();
    const number = (value, more) => h('input', { type: 'number', min: '0', value, ...more });
    const option = ([value, text]) => h('option', { value }, text);
    const parts = {
      status: h('p', { class: 'status', role: 'status' }),
      svg: h('svg', { role: 'img' }),
      windows: h('ul', { class: 'cards' }),
      delay: number('500', { step: '100' }),
      loss: number('30', { max: '100', step: '10' }),
      links: h('ul', { class: 'cards' }),
      which: h('select', { change: again }),
      states: h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Keys' }),
      kind: h(
        'select',
        { change: again },
        ...[
          ['all', 'Everything'],
          ['messages', 'Messages'],
          ['writes', 'Writes'],
          ['refusals', 'Refusals and errors'],
        ].map(option),
      ),
      words: h('input', { type: 'search', input: again }),
      timeline: h('ul', { class: 'scroll tall', tabindex: '0', role: 'list', 'aria-label': 'Timeline' }),
    };
    const clear = h('button', { type: 'button', click: () => this.#clear() }, 'Clear');
    const section = (title, ...children) => h('section', { 'aria-label': title }, h('h2', {}, title), ...children);
    const tools = (...children) => h('div', { class: 'tools' }, ...children);
    const left = [
      section('Connections', parts.svg),
      section('Windows', parts.windows),
      section(
        'Links',
        tools(h('label', {}, 'Delay by', parts.delay, 'ms'), h('label', {}, 'Drop', parts.loss, '%')),
        parts.links,
      ),
    ];
    const right = [
      section('State', tools(h('label', {}, 'Window', parts.which)), parts.states),
      section(
        'Timeline',
        tools(h('label', {}, 'Show', parts.kind), h('label', {}, 'Find', parts.words), clear),
        parts.timeline,
      ),
    ];
    const grid = h(
      'div',
      { class: 'grid' },
      h('div', { class: 'column' }, ...left),
      h('div', { class: 'column' }, ...right),
    );
    root.append(h('div', { class: 'frame' }, parts.status, grid));
    return { ...parts, grid };
  }

  #clear() {
    this.#since = Date.now();
    this.#drawSoon();
  }

  #drawSoon() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (this.#viewer) this.#draw();
    });
  }

  #draw() {
    const { windows, isPossible } = this.#viewer;
    const parts = this.#parts;
    const reports = [...windows.values()].map(({ report }) => report).sort(byName);
    const graph = graphOf(reports);
    const count = (list, one, many) => `${list.length} ${list.length === 1 ? one : many}`;
    const seen = `${count(reports, 'window', 'windows')} inspected, ${count(graph.edges, 'link', 'links')}.`;
    setText(parts.status, !isPossible ? IMPOSSIBLE : reports.length === 0 ? NOBODY : seen);
    parts.grid.hidden = reports.length === 0;
    if (reports.length === 0) return;
    const command = (uid, what) => this.#viewer.command(uid, what);
    draw(parts.svg, graph, Math.max(280, parts.svg.clientWidth || this.clientWidth));
    panels.windows(parts.windows, reports, command);
    panels.links(parts.links, reports, command, () => ({
      delay: Math.max(0, Number(parts.delay.value) || 0),
      loss: Math.min(1, Math.max(0, Number(parts.loss.value) / 100 || 0)),
    }));
    const makeOption = ({ window }) => h('option', { value: window.uid });
    keep(
      parts.which,
      reports,
      ({ window }) => window.uid,
      makeOption,
      (element, { window }) => setText(element, window.name || window.id),
    );
    const shown = reports.find(({ window }) => window.uid === parts.which.value) ?? reports[0];
    panels.states(parts.states, shown, reports);
    const words = parts.words.value.trim().toLowerCase();
    panels.timeline(parts.timeline, windows, { kind: parts.kind.value, words, since: this.#since });
  }
}
