// The international maritime signal flags. Each window has one: it differs from the others in pattern as well as in colour,
// and has a name.

const RED = '#d0142c';
const BLUE = '#0b4ea2';
const YELLOW = '#ffcd00';
const BLACK = '#16191d';
const WHITE = '#ffffff';

const rect = (x, y, width, height, fill) => ['rect', { x, y, width, height, fill }];
const poly = (points, fill) => ['polygon', { points, fill }];
const stroke = (d, colour, width) => ['path', { d, stroke: colour, 'stroke-width': width, fill: 'none' }];
const all = (fill) => rect(0, 0, 24, 24, fill);

function checks(first, second, cells) {
  const size = 24 / cells;
  const shapes = [all(first)];
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      if ((row + column) % 2) shapes.push(rect(column * size, row * size, size, size, second));
    }
  }
  return shapes;
}

const stripes = (...colours) =>
  colours.map((colour, i) => rect((i * 24) / colours.length, 0, 24 / colours.length, 24, colour));
const bands = (...colours) =>
  colours.map((colour, i) => rect(0, (i * 24) / colours.length, 24, 24 / colours.length, colour));

// P, the Blue Peter, is the project's own mark; B and Q are plain colours and too easily confused.
const FLAGS = {
  C: ['Charlie', bands(BLUE, WHITE, RED, WHITE, BLUE)],
  D: ['Delta', [all(YELLOW), rect(0, 6, 24, 12, BLUE)]],
  E: ['Echo', bands(BLUE, RED)],
  F: ['Foxtrot', [all(WHITE), poly('12,0 24,12 12,24 0,12', RED)]],
  G: ['Golf', stripes(YELLOW, BLUE, YELLOW, BLUE, YELLOW, BLUE)],
  H: ['Hotel', stripes(WHITE, RED)],
  I: ['India', [all(YELLOW), ['circle', { cx: 12, cy: 12, r: 6, fill: BLACK }]]],
  J: ['Juliett', bands(BLUE, WHITE, BLUE)],
  K: ['Kilo', stripes(YELLOW, BLUE)],
  L: ['Lima', checks(YELLOW, BLACK, 2)],
  M: ['Mike', [all(BLUE), stroke('M0 0 24 24M24 0 0 24', WHITE, 4.5)]],
  N: ['November', checks(BLUE, WHITE, 4)],
  O: ['Oscar', [all(YELLOW), poly('0,0 24,0 24,24', RED)]],
  R: ['Romeo', [all(RED), stroke('M12 0V24M0 12H24', YELLOW, 5)]],
  S: ['Sierra', [all(WHITE), rect(7, 7, 10, 10, BLUE)]],
  T: ['Tango', stripes(RED, WHITE, BLUE)],
  U: ['Uniform', checks(RED, WHITE, 2)],
  V: ['Victor', [all(WHITE), stroke('M0 0 24 24M24 0 0 24', RED, 4.5)]],
  W: ['Whiskey', [all(BLUE), rect(5, 5, 14, 14, WHITE), rect(9, 9, 6, 6, RED)]],
  X: ['Xray', [all(WHITE), stroke('M12 0V24M0 12H24', BLUE, 5)]],
  Z: [
    'Zulu',
    [
      poly('0,0 24,0 12,12', YELLOW),
      poly('24,0 24,24 12,12', BLUE),
      poly('24,24 0,24 12,12', RED),
      poly('0,24 0,0 12,12', BLACK),
    ],
  ],
};

const UNKNOWN = ['Unnamed', [all('#8794a6'), stroke('M4 12H20', WHITE, 3)]];
const SVG = 'http://www.w3.org/2000/svg';

export const LETTERS = Object.keys(FLAGS);

export function flagName(letter) {
  return (FLAGS[letter] ?? UNKNOWN)[0];
}

/** Decorative: the name always stands beside it. */
export function flagIcon(letter) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'flag');
  svg.setAttribute('aria-hidden', 'true');
  for (const [tag, attributes] of (FLAGS[letter] ?? UNKNOWN)[1]) {
    const shape = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
    svg.append(shape);
  }
  return svg;
}

/** The same flag as an address, for the tab's own icon. */
export function flagUrl(letter) {
  const svg = flagIcon(letter);
  return `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
}
