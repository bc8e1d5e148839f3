import { escapeHtml } from './escape';
import { type Scale, type ScaleKind, scaleFor } from './scale';

export interface Series {
  readonly name: string;
  /** One of the palette's. */
  readonly colour: 'blue' | 'orange' | 'green' | 'violet' | 'red' | 'grey';
  readonly values: readonly (number | null)[];
  /** A dashed line is what was wanted, a full one what was got. */
  readonly isDashed?: boolean;
  readonly isFilled?: boolean;
}

export interface Band {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface Chart {
  readonly title: string;
  /** One sentence on how to read it. */
  readonly note: string;
  readonly unit: string;
  readonly scale: ScaleKind;
  /** Where each value lies on the x axis, 0 to 1, and what it is called in the box that follows the pointer. */
  readonly places: readonly number[];
  readonly names: readonly string[];
  readonly xTicks: readonly { readonly place: number; readonly text: string }[];
  readonly series: readonly Series[];
  readonly bands?: readonly Band[];
}

const WIDTH = 1_000;
const HEIGHT = 100;
/** A text further right than this ends at its place instead of being centred on it. */
const LAST_PLACE = 0.985;

/** A plot whose lines stretch with the page while its texts stay readable: the SVG holds only lines, and the labels are laid over it. */
export function renderChart(chart: Chart): string {
  const scale = scaleFor(
    chart.scale,
    chart.series.flatMap(({ values }) => values.filter((value) => value !== null)),
  );
  const hasValues = chart.series.some(({ values }) => values.some((value) => value !== null));
  const data = {
    places: chart.places,
    names: chart.names,
    unit: chart.unit,
    series: chart.series.map(({ name, colour, values }) => ({ name, colour, values })),
  };
  return `<figure class="chart">
<figcaption><h3>${escapeHtml(chart.title)}</h3>${legend(chart.series)}</figcaption>
<div class="plot" tabindex="0" role="img" aria-label="${escapeHtml(`${chart.title}. ${chart.note}`)}">
${yLabels(scale, chart.unit)}
<div class="area">${bandLabels(chart.bands ?? [])}
<svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" preserveAspectRatio="none" aria-hidden="true">
${gridOf(scale, chart.bands ?? [])}${chart.series.map((series) => lineOf(series, chart.places, scale)).join('\n')}
</svg>${hasValues ? '' : '<p class="nothing">nothing of this kind happened</p>'}<div class="cursor" hidden></div></div>
<div class="x">${chart.xTicks.map(({ place, text }) => `<span${place > LAST_PLACE ? ' class="end"' : ''} style="left:${percent(place)}">${escapeHtml(text)}</span>`).join('')}</div>
</div>
<p class="note">${escapeHtml(chart.note)}</p>
<script type="application/json">${JSON.stringify(data).replaceAll('<', String.raw`\u003c`)}</script>
</figure>`;
}

function legend(series: readonly Series[]): string {
  const items = series.map(({ name, colour, isDashed }) => `<li class="${colour}${isDashed === true ? ' dashed' : ''}">${escapeHtml(name)}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}

function yLabels({ ticks, place }: Scale, unit: string): string {
  return `<div class="y">${ticks.map((tick, index) => `<span style="bottom:${percent(place(tick))}">${shortNumber(tick)}${index === ticks.length - 1 ? ` ${escapeHtml(unit)}` : ''}</span>`).join('')}</div>`;
}

function bandLabels(bands: readonly Band[]): string {
  return bands.map(({ name, from, to }) => `<span class="band" style="left:${percent(from)};width:${percent(to - from)}">${escapeHtml(name)}</span>`).join('');
}

function gridOf({ ticks, place }: Scale, bands: readonly Band[]): string {
  const shades = bands
    .filter((_, index) => index % 2 === 1)
    .map(({ from, to }) => `<rect class="shade" x="${fixed(from * WIDTH)}" width="${fixed((to - from) * WIDTH)}" y="0" height="${String(HEIGHT)}"/>`);
  const lines = ticks.map((tick) => `<path class="grid" d="M0 ${yOf(place(tick))}H${String(WIDTH)}"/>`);
  return [...shades, ...lines].join('');
}

/** A value that is missing leaves a hole; one that stands alone is a dot. */
function lineOf({ colour, values, isDashed, isFilled }: Series, places: readonly number[], scale: Scale): string {
  const points = values.map((value, index) => (value === null ? undefined : `${fixed((places[index] ?? 0) * WIDTH)} ${yOf(scale.place(value))}`));
  const path = points
    .map((point, index) => (point === undefined ? '' : `${points[index - 1] === undefined ? 'M' : 'L'}${point}${isAlone(points, index) ? 'h0.01' : ''}`))
    .join('');
  const [first, last] = [points.findIndex((point) => point !== undefined), points.findLastIndex((point) => point !== undefined)];
  const isWhole = !points.slice(first, last).includes(undefined);
  const fill =
    isFilled === true && isWhole && path !== ''
      ? `<path class="fill ${colour}" d="${path}L${fixed((places[last] ?? 0) * WIDTH)} ${String(HEIGHT)}L${fixed((places[first] ?? 0) * WIDTH)} ${String(HEIGHT)}Z"/>`
      : '';
  return `${fill}<path class="line ${colour}${isDashed === true ? ' dashed' : ''}" d="${path}"/>`;
}

function isAlone(points: readonly (string | undefined)[], index: number): boolean {
  return points[index - 1] === undefined && points[index + 1] === undefined;
}

function yOf(place: number): string {
  return fixed((1 - place) * HEIGHT);
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function percent(share: number): string {
  return `${fixed(share * 100)}%`;
}

/** `12k`, `1.5M`, `0.2`. */
export function shortNumber(value: number): string {
  if (value >= 1e6) return `${fixed(value / 1e6)}M`;
  return value >= 10_000 ? `${fixed(value / 1_000)}k` : value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
