import { type ScaleKind, scaleFor } from '../../apps/load/src/report/scale';
import { shortNumber } from '../../apps/load/src/report/chart';
import { escapeHtml } from '../../apps/load/src/report/escape';

export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

/** Lines over an axis of what grew, which is logarithmic: it grows tenfold from point to point. */
export interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly scale: ScaleKind;
  readonly xName: string;
  readonly xs: readonly number[];
  readonly lines: readonly Line[];
}

const WIDTH = 470;
const HEIGHT = 250;
const AREA = { left: 58, right: 14, top: 56, bottom: 42 };
const INNER = { width: WIDTH - AREA.left - AREA.right, height: HEIGHT - AREA.top - AREA.bottom };
const LEGEND_STEP = 11;
/** Those of the load tool's pages: told apart by people who see red and green alike too. */
const LIGHT = ['#2a6fd6', '#d9641f', '#12966a', '#7350c7', '#cc2f3a', '#85837c', '#b0892a', '#2b8a99'];
const DARK = ['#5b9bf3', '#f08a4b', '#3fc492', '#a78bea', '#f2707a', '#98968f', '#d9b65a', '#63c3d1'];

const coloured = (colours: readonly string[]): string => colours.map((colour, index) => `.c${String(index)}{--c:${colour}}`).join('');

/** Follows the reader's choice of light or dark, which an image can ask for. */
const STYLE = `text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#5d5c58}.t{font-size:13px;font-weight:600;fill:#17171a}.g{stroke:#e3e1db}.page{fill:#fff}
.l{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}.d{fill:var(--c)}${coloured(LIGHT)}
@media (prefers-color-scheme:dark){text{fill:#a9a7a0}.t{fill:#f2f1ee}.g{stroke:#34343a}.page{fill:#1c1c1f}${coloured(DARK)}}`;

/** Plots beside each other, as one image. */
export function svgOf(plots: readonly Plot[], name: string): string {
  const width = WIDTH * plots.length;
  const bodies = plots.map((plot, index) => `<g transform="translate(${String(index * WIDTH)} 0)">${bodyOf(plot)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(HEIGHT)}" width="${String(width)}" height="${String(HEIGHT)}" role="img" aria-label="${escapeHtml(name)}">
<style>${STYLE}</style>
<rect class="page" width="100%" height="100%" rx="8"/>
${bodies.join('\n')}
</svg>
`;
}

function bodyOf({ title, unit, scale, xName, xs, lines }: Plot): string {
  const vertical = scaleFor(
    scale,
    lines.flatMap(({ values }) => values),
  );
  const horizontal = scaleFor('log', xs);
  const xAt = (value: number): string => fixed(AREA.left + (xs.length === 1 ? 0.5 : placeBetween(horizontal.place, xs, value)) * INNER.width);
  const yAt = (value: number): string => fixed(AREA.top + (1 - vertical.place(value)) * INNER.height);
  const right = fixed(WIDTH - AREA.right);
  const grid = vertical.ticks.map(
    (tick) =>
      `<path class="g" d="M${String(AREA.left)} ${yAt(tick)}H${right}"/><text x="${String(AREA.left - 6)}" y="${yAt(tick)}" dy=".35em" text-anchor="end">${shortNumber(tick)}</text>`,
  );
  const ticks = xs.map((value) => `<text x="${xAt(value)}" y="${fixed(HEIGHT - AREA.bottom + 16)}" text-anchor="middle">${shortNumber(value)}</text>`);
  const drawn = lines.map(({ values }, index) => lineOf(values, index, (value, at) => `${xAt(xs[at] ?? 0)} ${yAt(value)}`));
  return `<text class="t" x="12" y="20">${escapeHtml(title)}, ${escapeHtml(unit)}</text>${legendOf(lines)}
${grid.join('')}
${ticks.join('')}<text x="${fixed(AREA.left + INNER.width / 2)}" y="${fixed(HEIGHT - 8)}" text-anchor="middle">${escapeHtml(xName)}</text>
${drawn.join('\n')}`;
}

/** The first point at the left edge, the last at the right one. */
function placeBetween(place: (value: number) => number, xs: readonly number[], value: number): number {
  const [first, last] = [place(Math.min(...xs)), place(Math.max(...xs))];
  return 0.04 + (0.92 * (place(value) - first)) / (last - first);
}

function lineOf(values: readonly number[], colour: number, at: (value: number, index: number) => string): string {
  const points = values.map(at);
  const dots = points.map((point) => `<circle class="d c${String(colour)}" cx="${point.replace(' ', '" cy="')}" r="3"/>`);
  return `<path class="l c${String(colour)}" d="M${points.join('L')}"/>${dots.join('')}`;
}

function legendOf(lines: readonly Line[]): string {
  let x = 12;
  return lines
    .map(({ name }, index) => {
      const at = x;
      x += 22 + name.length * 6.2 + LEGEND_STEP;
      return `<circle class="d c${String(index)}" cx="${fixed(at + 5)}" cy="36" r="4"/><text x="${fixed(at + 14)}" y="36" dy=".35em">${escapeHtml(name)}</text>`;
    })
    .join('');
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
