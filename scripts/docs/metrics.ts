import '@agent-chat/messaging';
import '@agent-chat/query-bus/adapters/http';
import '@agent-chat/runtime';
import { describeMetrics, type MetricRow } from '@agent-chat/observability';
import { RealtimeMetrics } from '../../apps/gateway/src/application/realtime/realtime-metrics';
import '../../apps/chat/src/application/move/move-metrics';
import '../../apps/chat/src/application/write/write-metrics';
import '../../apps/gateway/src/rest.module';
import '../../apps/storage/src/application/storage-metrics';
import '../../apps/worker/src/application/make-variants.job';
import '../../libs/runtime/src/adapter-metrics';

const INTRODUCTION = `# Metrics

Generated from the declarations. \`GET /api/metrics\` answers them in Prometheus's text format, beside those of Node and the process
(\`process_*\`, \`nodejs_*\`). Durations are in seconds. Labels have few values: never an id, never what a caller wrote.
\`nodejs_eventloop_lag_min_seconds\`, its mean and its percentiles contain the 0.05 s that lie between two looks.
`;

/** The reference of all metrics, as files to write. */
export function generate(): { path: string; content: string }[] {
  // Some are declared when their owner is made.
  new RealtimeMetrics();
  return [
    {
      path: 'docs/metrics.md',
      content: `${INTRODUCTION}\n| Metric | Kind | Labels | Meaning |\n| --- | --- | --- | --- |\n${describeMetrics().map(row).join('\n')}\n`,
    },
  ];
}

function row({ name, kind, labels, help }: MetricRow): string {
  return `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
}
