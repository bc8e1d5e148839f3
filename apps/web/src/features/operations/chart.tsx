import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode, type RefObject } from 'react';
import { labelled, linePath, ticksUpTo } from './chart-scale';
import { axisLabel, fullLabel, type Counted } from './ranges';

/** What happened at one point in time, a value a series; undefined where nothing is known. */
export interface ChartPoint {
  readonly at: string;
  readonly values: readonly (number | undefined)[];
}

interface ChartProps {
  readonly title: string;
  /** What stands under the title: a sum, a peak. */
  readonly summary: string;
  readonly kind: 'bars' | 'lines';
  readonly by: Counted;
  readonly points: readonly ChartPoint[];
  /** What the values are, in their order. */
  readonly series: readonly string[];
  readonly format: (value: number) => string;
}

const HEIGHT = 170;
const MARGIN = { top: 8, right: 8, bottom: 22, left: 46 } as const;
const PLOT_HEIGHT = HEIGHT - MARGIN.top - MARGIN.bottom;
const LABEL_WIDTH = 76;
/** A label in the middle of the last point has to have room for its half. */
const HALF_LABEL = 26;
const FIRST_WIDTH = 480;
const PAGE = 10;
const MOST_HOURS = 48;

function useWidth(): readonly [RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) setWidth(entry.contentRect.width);
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Where things are, in pixels. */
interface Plot {
  readonly width: number;
  readonly ticks: readonly number[];
  readonly band: number;
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
}

function plotOf({ points, kind }: Pick<ChartProps, 'points' | 'kind'>, width: number): Plot {
  const highest = Math.max(0, ...points.flatMap(({ values }) => values.filter((value) => value !== undefined)));
  // Bars are counts: there are no halves of them.
  const ticks = ticksUpTo(highest, kind === 'bars' ? 1 : 0);
  const top = ticks[ticks.length - 1] ?? 1;
  const band = (width - MARGIN.left - MARGIN.right) / Math.max(1, points.length);
  return {
    width,
    ticks,
    band,
    x: (index) => MARGIN.left + (index + 0.5) * band,
    y: (value) => MARGIN.top + PLOT_HEIGHT * (1 - value / top),
  };
}

/** Hours of several days are read by their days. */
function isOverDays(points: readonly ChartPoint[], by: Counted): boolean {
  return by === 'hour' && points.length > MOST_HOURS;
}

/** Where a label may stand. */
function labelPlaces(points: readonly ChartPoint[], by: Counted): number[] {
  const all = points.map((_, index) => index);
  return isOverDays(points, by) ? all.filter((index) => points[index]?.at.includes('T00:00') === true) : all;
}

function Axes({ plot, points, by, format }: { readonly plot: Plot } & Pick<ChartProps, 'points' | 'by' | 'format'>): ReactNode {
  const { width, ticks, x, y } = plot;
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="chart-grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
          <text className="chart-label" x={MARGIN.left - 6} y={y(tick) + 4} textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {labelled(labelPlaces(points, by), Math.floor((width - MARGIN.left) / LABEL_WIDTH)).map((index) => (
        <text key={index} className="chart-label" x={Math.min(Math.max(x(index), MARGIN.left + 10), width - HALF_LABEL)} y={HEIGHT - 5} textAnchor="middle">
          {axisLabel(points[index]?.at ?? '', isOverDays(points, by) ? 'day' : by)}
        </text>
      ))}
    </>
  );
}

function Marks({ plot, points, kind, series }: { readonly plot: Plot } & Pick<ChartProps, 'points' | 'kind' | 'series'>): ReactNode {
  const { x, y, band } = plot;
  if (kind === 'lines') {
    return series.map((name, place) => (
      <path
        key={name}
        className="chart-line"
        data-series={place}
        d={linePath(
          points.map(({ values }) => values[place]),
          x,
          y,
        )}
      />
    ));
  }
  const barWidth = Math.max(1, band * 0.72);
  return points.map(({ at, values: [value = 0] }, index) => {
    // What is not nothing is seen.
    const height = value > 0 ? Math.max(1.5, y(0) - y(value)) : 0;
    return height > 0 && <rect key={at} className="chart-bar" x={x(index) - barWidth / 2} y={y(0) - height} width={barWidth} height={height} />;
  });
}

function Legend({ series }: Pick<ChartProps, 'series'>): ReactNode {
  return (
    <ul className="chart-legend">
      {series.map((name, place) => (
        <li key={name}>
          <svg width="22" height="8" aria-hidden="true">
            <path className="chart-line" data-series={place} d="M1 4H21" />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function reading({ at, values }: ChartPoint, { by, series, format }: Pick<ChartProps, 'by' | 'series' | 'format'>): string {
  const told = series.map((name, place) => {
    const value = values[place];
    return `${name} ${value === undefined ? 'unknown' : format(value)}`;
  });
  return `${fullLabel(at, by)}: ${told.join(', ')}`;
}

function moved(key: string, from: number, last: number): number | undefined {
  const steps: Readonly<Record<string, number>> = { ArrowLeft: from - 1, ArrowRight: from + 1, ArrowDown: from - 1, ArrowUp: from + 1 };
  const jumps: Readonly<Record<string, number>> = { PageDown: from - PAGE, PageUp: from + PAGE, Home: 0, End: last };
  const to = steps[key] ?? jumps[key];
  return to === undefined ? undefined : Math.min(last, Math.max(0, to));
}

/** A chart that is read by eye, point by point with the pointer or the arrow keys, or as a table. */
export function Chart(props: ChartProps): ReactNode {
  const { title, summary, kind, by, points, series, format } = props;
  const [ref, width] = useWidth();
  const [chosen, setChosen] = useState<number>();
  const [isTable, setTable] = useState(false);
  const last = points.length - 1;
  const at = Math.min(chosen ?? last, last);
  const point = points[at];
  const plot = plotOf(props, width);
  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN.left;
    setChosen(Math.min(last, Math.max(0, Math.floor(left / plot.band))));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = moved(event.key, at, last);
    if (to === undefined) return;
    event.preventDefault();
    setChosen(to);
  };
  return (
    <figure className="chart">
      <figcaption>
        <h2>{title}</h2>
        <button type="button" className="text-button chart-switch" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          Table<span className="sr-only"> of {title}</span>
        </button>
        <p className="chart-summary">{summary}</p>
      </figcaption>
      {isTable && <ChartTable {...props} />}
      <div
        ref={ref}
        className="chart-plot"
        hidden={isTable}
        role="slider"
        tabIndex={0}
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={point === undefined ? 'Nothing yet' : reading(point, props)}
        onKeyDown={onKeyDown}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={() => setChosen(undefined)}
        onBlur={() => setChosen(undefined)}
      >
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <Axes plot={plot} points={points} by={by} format={format} />
          {chosen !== undefined && <line className="chart-cursor" x1={plot.x(at)} x2={plot.x(at)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />}
          <Marks plot={plot} points={points} kind={kind} series={series} />
        </svg>
      </div>
      {series.length > 1 && <Legend series={series} />}
      <p className="chart-reading" aria-hidden="true">
        {chosen === undefined || point === undefined ? '\u00a0' : reading(point, props)}
      </p>
    </figure>
  );
}

function ChartTable({ title, by, points, series, format }: ChartProps): ReactNode {
  return (
    <div className="table-frame chart-table" role="region" aria-label={`Table of ${title}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time (UTC)</th>
            {series.map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...points].reverse().map(({ at, values }) => (
            <tr key={at}>
              <th scope="row">{fullLabel(at, by)}</th>
              {series.map((name, place) => {
                const value = values[place];
                return (
                  <td key={name} className="number">
                    {value === undefined ? '–' : format(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
