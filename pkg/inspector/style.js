// As a constructed sheet: a page's Content-Security-Policy need not allow styles in the page.

export const style = `
:host { display: block; --bg: light-dark(#ffffff, #121e31); --low: light-dark(#f2f5f9, #0c1626); --ink: light-dark(#0d1b2f, #e8eff8);
  --soft: light-dark(#47586e, #a9b8cd); --line: light-dark(#cbd6e1, #2f4160); --firm: light-dark(#738499, #6b80a0);
  --blue: light-dark(#0b4ea2, #8fbcff); --on-blue: light-dark(#ffffff, #06142b); --red: light-dark(#b30d27, #ff9aa2);
  --amber: light-dark(#805300, #f2c14e); --focus: light-dark(#0b4ea2, #ffcd00);
  color: var(--ink); background: var(--bg); font: 400 0.9375rem / 1.45 system-ui, sans-serif; }
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
h2 { margin: 0 0 0.5rem; font-size: 1.0625rem; line-height: 1.2; }
p { margin: 0; }
ul { margin: 0; padding: 0; list-style: none; }
.grid { display: grid; gap: 1.25rem; padding: 1rem; grid-template-columns: minmax(0, 1fr); }
.status { padding: 0.75rem 1rem 0; color: var(--soft); }
@container (min-width: 60rem) { .grid { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
.frame { container-type: inline-size; }
.column { display: grid; gap: 1.25rem; align-content: start; min-width: 0; }
svg { display: block; width: 100%; height: auto; background: var(--low); border: 1px solid var(--line); border-radius: 6px; }
.edge { stroke: var(--firm); stroke-width: 2; }
.edge.suspended { stroke-dasharray: 2 4; }
.edge.paused, .edge.delayed, .edge.lossy { stroke: var(--amber); stroke-dasharray: 8 4; }
.edge.cut { stroke: var(--red); stroke-dasharray: 2 6; }
.node { fill: var(--blue); }
.node.outside { fill: var(--bg); stroke: var(--firm); stroke-width: 2; stroke-dasharray: 3 2; }
.node.frozen { fill: var(--amber); }
text { fill: var(--ink); text-anchor: middle; font-size: 13px; paint-order: stroke; stroke: var(--low); stroke-width: 4px; }
.edge-label, .node-origin { fill: var(--soft); font-size: 12px; }
.cards { display: grid; gap: 0.5rem; }
.card { border: 1px solid var(--line); border-radius: 6px; padding: 0.6rem 0.75rem; min-width: 0; }
.card-head { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; justify-content: space-between; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.about { color: var(--soft); font-size: 0.875rem; overflow-wrap: anywhere; }
.tools { display: flex; flex-wrap: wrap; gap: 0.375rem 0.75rem; align-items: center; margin-bottom: 0.5rem; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.375rem; margin-top: 0.5rem; }
button, input, select { font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--firm); border-radius: 5px;
  padding: 0.2rem 0.6rem; min-height: 2rem; }
button { cursor: pointer; }
button:hover { border-color: var(--blue); }
button[aria-pressed='true'] { background: var(--blue); border-color: var(--blue); color: var(--on-blue); font-weight: 600; }
button:focus-visible, input:focus-visible, select:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
input[type='number'] { width: 5.5rem; }
select { max-width: 100%; }
label { display: inline-flex; gap: 0.4rem; align-items: center; color: var(--soft); max-width: 100%; }
.scroll { overflow: auto; border: 1px solid var(--line); border-radius: 6px; max-height: 24rem; }
.tall { max-height: 32rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
th, td { text-align: start; vertical-align: top; padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; min-width: 5.5rem; }
th { position: sticky; top: 0; background: var(--low); font-weight: 600; }
caption { text-align: start; padding: 0.5rem 0.6rem; font-weight: 600; }
code, .mono { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.8125rem; }
td.when { white-space: nowrap; }
.warn { color: var(--amber); } .bad { color: var(--red); }
.entry { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); font-size: 0.875rem; overflow-wrap: anywhere; }
.entry:last-child { border: 0; }
.time { color: var(--soft); font-variant-numeric: tabular-nums; margin-inline-end: 0.5rem; }
.entry b { margin-inline-end: 0.35rem; }
.empty { color: var(--soft); padding: 0.6rem; }
`;
