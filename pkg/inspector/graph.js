// Who is connected with whom: windows that are inspected, and peers of theirs that are not, of which only their links are known.
import { h, setAttribute, setText } from './dom.js';

const shortId = (id) => (id.length > 16 ? `${id.slice(0, 8)}…` : id);

/** The nodes and edges that the reports of all windows tell of. Two sides of one link are one edge. */
export function graphOf(reports) {
  const nodes = new Map();
  for (const { window } of reports)
    nodes.set(window.uid, { id: window.uid, label: window.name || shortId(window.id), frozen: window.frozen });
  const edges = new Map();
  for (const { window, links } of reports) {
    for (const link of links) {
      const to = link.uid ?? link.id;
      if (!nodes.has(to)) nodes.set(to, { id: to, label: shortId(link.id), origin: link.origin, outside: true });
      const key = [window.uid, to].sort().join(' ');
      const edge = edges.get(key) ?? { key, from: window.uid, to, wire: link.wire, modes: new Set() };
      edge.latency ??= link.latency;
      edge.state = link.state;
      if (link.gate.mode !== 'open') edge.modes.add(link.gate.mode);
      edges.set(key, edge);
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** What the picture shows, as a sentence for each edge. */
export function describe({ nodes, edges }) {
  const label = (id) => nodes.find((node) => node.id === id)?.label ?? id;
  const links = edges.map(({ from, to, wire }) => `${label(from)} with ${label(to)} by ${wire || 'no wire'}`);
  return links.length > 0 ? `Connected: ${links.join('; ')}.` : 'No window is connected.';
}

const RADIUS = 9;
const LINE = 18;

/** Draws the graph for a picture of that width, at one unit for each pixel. */
export function draw(svg, graph, width) {
  const { nodes, edges } = graph;
  const height = Math.max(170, Math.min(420, 120 + nodes.length * 34));
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  setAttribute(svg, 'aria-label', describe(graph));
  const place = new Map();
  nodes.forEach((node, at) => {
    const angle = Math.PI + (2 * Math.PI * at) / nodes.length;
    const across = nodes.length > 1 ? Math.max(60, width / 2 - 110) : 0;
    const down = nodes.length > 2 ? height / 2 - 44 : 0;
    place.set(node.id, [width / 2 + across * Math.cos(angle), height / 2 - 8 + down * Math.sin(angle)]);
  });
  const group = h('g');
  for (const { from, to, wire, latency, modes, state } of edges) {
    const [[x1, y1], [x2, y2]] = [place.get(from), place.get(to)];
    const mode = [...modes].join(' ');
    group.append(h('line', { x1, y1, x2, y2, class: `edge ${mode} ${state}` }));
    const text = h('text', { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 5, class: 'edge-label' });
    const took = latency === undefined ? '' : `, ${latency.toFixed(1)} ms`;
    setText(
      text,
      mode ||
        `${wire === 'BroadcastChannel' ? 'channel' : wire === 'MessagePort' ? 'port' : wire.toLowerCase()}${took}`,
    );
    // Among many lines the words would lie on one another; the list of links has them.
    if (nodes.length <= 4 || mode) group.append(text);
  }
  for (const node of nodes) {
    const [x, y] = place.get(node.id);
    group.append(
      h('circle', {
        cx: x,
        cy: y,
        r: RADIUS,
        class: `node${node.outside ? ' outside' : ''}${node.frozen ? ' frozen' : ''}`,
      }),
    );
    const name = h('text', { x, y: y + RADIUS + LINE - 2, class: 'node-label' });
    setText(name, node.frozen ? `${node.label} (frozen)` : node.label);
    group.append(name);
    if (node.outside && node.origin) {
      const origin = h('text', { x, y: y + RADIUS + 2 * LINE - 4, class: 'node-origin' });
      setText(origin, node.origin.replace(/^https?:\/\//, ''));
      group.append(origin);
    }
  }
  svg.replaceChildren(group);
}
