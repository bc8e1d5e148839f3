import { useState, type ReactNode } from 'react';
import { Chart } from './chart';
import { countLabel, durationLabel, sumOf } from './format';
import { operations } from './operations-api';
import { daysOf, RANGES, stretchOf, type Range } from './ranges';
import { Read } from './read';
import { RoomFigures } from './room-figures';
import { Tile } from './tile';
import { usePolled } from './use-polled';

const EVERY_MS = 30_000;

async function readFigures(range: Range) {
  const nowMs = Date.now();
  const stretch = { unit: range.unit, ...stretchOf(range, nowMs) };
  const days = (unit: Pick<Range, 'period' | 'periods'>) => operations.people({ period: unit.period, ...daysOf(unit, nowMs) });
  const [activity, delivery, errors, people, today, week, month] = await Promise.all([
    operations.activity(stretch),
    operations.delivery(stretch),
    operations.errors(stretch),
    days(range),
    days({ period: 'day', periods: 1 }),
    days({ period: 'week', periods: 1 }),
    days({ period: 'month', periods: 1 }),
  ]);
  const rooms = await operations.rooms({ from: stretch.from.slice(0, 10), to: new Date(nowMs).toISOString().slice(0, 10), limit: 10 });
  const active = [today, week, month].map(({ points }) => points[points.length - 1]?.activePeople ?? 0);
  return { activity: activity.points, delivery: delivery.points, errors: errors.points, people: people.points, active, rooms };
}

type Answers = Awaited<ReturnType<typeof readFigures>>;

function Tiles({ activity, delivery, errors, active: [today = 0, week = 0, month = 0] }: Answers): ReactNode {
  const slowest = Math.max(0, ...delivery.map(({ p99Ms = 0 }) => p99Ms));
  return (
    <ul className="tiles">
      <Tile label="Messages" value={countLabel(sumOf(activity.map(({ messages }) => messages)))} />
      <Tile label="Active people today" value={countLabel(today)} note={`${countLabel(week)} this week, ${countLabel(month)} this month`} />
      <Tile label="Slowest delivery, p99" value={slowest === 0 ? '–' : durationLabel(slowest)} />
      <Tile label="Uploads" value={countLabel(sumOf(activity.map(({ uploads }) => uploads)))} />
      <Tile label="Errors answered" value={countLabel(sumOf(errors.flatMap((point) => point.errors.map(({ count }) => count))))} />
    </ul>
  );
}

function ErrorCodes({ errors }: Pick<Answers, 'errors'>): ReactNode {
  const totals = new Map<string, number>();
  for (const { code, count } of errors.flatMap((point) => point.errors)) totals.set(code, (totals.get(code) ?? 0) + count);
  if (totals.size === 0) return null;
  return (
    <ul className="codes" aria-label="Errors by code">
      {[...totals]
        .sort(([, one], [, other]) => other - one)
        .slice(0, 8)
        .map(([code, count]) => (
          <li key={code} className="tag">
            {code} · {countLabel(count)}
          </li>
        ))}
    </ul>
  );
}

function Charts({ range, activity, delivery, errors, people }: Answers & { readonly range: Range }): ReactNode {
  const one = (value: number) => [value];
  const most = (values: readonly number[]): string => `Most in one ${range.unit}: ${countLabel(Math.max(0, ...values))}`;
  const failed = errors.map((point) => sumOf(point.errors.map(({ count }) => count)));
  const bars = { kind: 'bars', by: range.unit, format: countLabel } as const;
  return (
    <div className="charts">
      <Chart
        {...bars}
        title="Messages"
        summary={most(activity.map(({ messages }) => messages))}
        series={['Messages']}
        points={activity.map(({ at, messages }) => ({ at, values: one(messages) }))}
      />
      <Chart
        {...bars}
        by={range.period}
        title={`Active people by ${range.period}`}
        summary="Who posted, edited, deleted or reacted"
        series={['People']}
        points={people.map(({ from, activePeople }) => ({ at: from, values: one(activePeople) }))}
      />
      <Chart
        title="Delivery time"
        summary="From an event to the first connection of a gateway"
        kind="lines"
        by={range.unit}
        format={durationLabel}
        series={['p50', 'p95', 'p99']}
        points={delivery.map(({ at, p50Ms, p95Ms, p99Ms }) => ({ at, values: [p50Ms, p95Ms, p99Ms] }))}
      />
      <div>
        <Chart
          {...bars}
          title="Errors answered"
          summary={most(failed)}
          series={['Errors']}
          points={errors.map(({ at }, index) => ({ at, values: one(failed[index] ?? 0) }))}
        />
        <ErrorCodes errors={errors} />
      </div>
      <Chart
        {...bars}
        title="Uploads"
        summary={most(activity.map(({ uploads }) => uploads))}
        series={['Uploads']}
        points={activity.map(({ at, uploads }) => ({ at, values: one(uploads) }))}
      />
      <Chart
        {...bars}
        title="Reactions"
        summary={most(activity.map(({ reactions }) => reactions))}
        series={['Reactions']}
        points={activity.map(({ at, reactions }) => ({ at, values: one(reactions) }))}
      />
    </div>
  );
}

/** How much happens, how fast, and what fails. */
export function Figures(): ReactNode {
  const [range, setRange] = useState<Range>(RANGES[1]);
  const polled = usePolled(range.id, () => readFigures(range), EVERY_MS);
  return (
    <>
      <div className="toolbar" role="group" aria-label="Range">
        {RANGES.map((each) => (
          <button key={each.id} type="button" className="toggle" aria-pressed={each.id === range.id} onClick={() => setRange(each)}>
            {each.label}
          </button>
        ))}
        <span className="muted">All times in UTC</span>
      </div>
      <Read label="Reading the figures" polled={polled}>
        {(answers) => (
          <>
            <Tiles {...answers} />
            <Charts range={range} {...answers} />
            <RoomFigures rooms={answers.rooms} />
          </>
        )}
      </Read>
    </>
  );
}
