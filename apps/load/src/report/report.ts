import { type Result } from '../run/result';
import { renderChart } from './chart';
import { escapeHtml } from './escape';
import { percentilePlot, plotsOverTime } from './plots';
import { clock, number } from './progress';
import { SCRIPT, STYLE } from './style';
import { controlText, listOf, ms, rowsOf } from './table';

/** A run as one page that needs nothing else: no network, no other file. */
export function renderReport(result: Result): string {
  const { settings } = result;
  const title = `Load: ${settings.scenario}, ${settings.startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  const [throughput = '', fanOut = '', ...others] = plotsOverTime(result).map(renderChart);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="soft">${escapeHtml(settings.description)}${settings.description === '' ? '' : '. '}${escapeHtml(sizeOf(result))}</p>
</header>
${verdictOf(result)}
${tilesOf(result)}
<div class="charts">${throughput}${fanOut}${others.slice(0, 2).join('')}<div class="wide">${renderChart(percentilePlot(result))}</div>${others.slice(2).join('')}</div>
<h2>By act</h2>
<div class="table">${tableOf(rowsOf(result))}</div>
<p class="note">Milliseconds from when each act was due, so that waiting behind other acts counts.</p>
${limitsOf(result)}
<h2>Settings</h2>
${settingsOf(result)}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function sizeOf({ settings }: Result): string {
  const { people, rooms, connections, workers, seconds, wasStopped } = settings;
  return `${number(people)} people in ${number(rooms)} rooms, ${number(connections)} connections from ${number(workers)} ${workers === 1 ? 'process' : 'processes'}, ${clock(seconds)} min${wasStopped ? ', stopped before its end' : ''}`;
}

function verdictOf({ verdict, settings }: Result): string {
  const checked = `${number(verdict.checkedAcks)} acknowledgements and ${number(verdict.checkedDeliveries)} deliveries checked against ${number(verdict.checkedRooms)} rooms' logs`;
  const control = `Negative control ${controlText(verdict.control)}.${settings.injected === undefined ? '' : ` One ${settings.injected} was put in on purpose.`}`;
  const text = verdict.ok
    ? `<strong>Passed</strong><span>Nothing lost, doubled or reordered. ${checked}. ${escapeHtml(control)}</span>`
    : `<strong>Failed</strong><span>${checked}. ${escapeHtml(control)}</span><ul>${verdict.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>`;
  return `<section class="verdict${verdict.ok ? '' : ' bad'}">${text}</section>`;
}

function tilesOf({ acts, delivery, deliveries, verdict, settings, series, reconnects }: Result): string {
  const most = Math.max(0, ...series.map(({ donePosts }) => donePosts));
  const errors = Object.values(acts).reduce((total, act) => total + Object.values(act.errors).reduce((sum, count) => sum + count, 0), 0);
  const tiles: [string, string][] = [
    [`${number(acts.post.done / settings.seconds)}/s`, `posts on average, ${number(most)}/s at most`],
    [`${ms(acts.post.due.p50)} ms`, 'acknowledgement, p50'],
    [`${ms(acts.post.due.p99)} ms`, 'acknowledgement, p99'],
    [`${ms(delivery.p99)} ms`, 'delivery, p99'],
    [number(deliveries), 'deliveries'],
    [`${number(verdict.lost)} / ${number(verdict.duplicated)} / ${number(verdict.reordered)}`, 'lost / doubled / reordered'],
    [number(errors), 'acts that failed'],
    [number(reconnects), 'reconnects'],
  ];
  return `<section class="tiles">${tiles.map(([value, name]) => `<div class="tile"><b>${escapeHtml(value)}</b><span>${escapeHtml(name)}</span></div>`).join('')}</section>`;
}

function tableOf([headings = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'th' | 'td'): string => row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  return `<table><tr>${cells(headings, 'th')}</tr>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</table>`;
}

function limitsOf({ verdict }: Result): string {
  if (verdict.limits.length === 0) return '';
  const rows = verdict.limits.map(
    ({ name, limit, value, held }) =>
      `<tr><td>${escapeHtml(name)}</td><td>${String(limit)}</td><td>${value === null ? 'unknown' : String(value)}</td><td class="${held ? 'held' : 'broken'}">${held ? 'held' : 'broken'}</td></tr>`,
  );
  return `<h2>Limits</h2><div class="table"><table><tr><th>limit</th><th>at</th><th>measured</th><th></th></tr>${rows.join('')}</table></div>`;
}

function settingsOf(result: Result): string {
  const { settings, resyncs, repeated, unfinished, connectionErrors } = result;
  const pairs: [string, string][] = [
    ['run', settings.runId],
    ['system', settings.urls.join(', ')],
    ['started', settings.startedAt],
    ['memberships', number(settings.memberships)],
    ['seed', String(settings.seed)],
    ['posts sent again', number(repeated)],
    ['acts unfinished', number(unfinished)],
    ['refused resumes', number(resyncs)],
    ['connection errors', listOf(connectionErrors) || 'none'],
  ];
  return `<dl>${pairs.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>
<details><summary>The scenario as it ran</summary><pre>${escapeHtml(JSON.stringify(settings.plan, null, 2))}</pre></details>`;
}
