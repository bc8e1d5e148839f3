// The Helm chart and what it makes. k8s/rendered holds that for two sets of values, so that tests can read it, and people apply it, without Helm.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../toolchain/swc.mjs';

export const CHART = join(ROOT, 'k8s/agent-chat');
/** Without it, Helm renders for the Kubernetes that it was built with. */
const KUBERNETES = '1.31.0';
const SECRET = ['--set', 'secrets.existingSecret=agent-chat'];

/** What is rendered: as the chart comes, and with everything that can be switched on. */
export const RENDERED = {
  'default.yaml': SECRET,
  'everything.yaml': [
    ...['--set', 'secrets.values.INTERNAL_SECRET=for-this-page-alone-and-not-a-secret,secrets.values.DATABASE_URL=postgres://user@postgres/agent_chat'],
    ...['--set', 'secrets.values.REDIS_URL=redis://redis:6379'],
    ...['--set', 'ingress.enabled=true,ingress.tlsSecret=agent-chat-tls,serviceMonitor.enabled=true'],
    ...['--set', 'scaler=keda,apps.gateway.scaling.connections=6000,apps.chat.scaling.lag=2000,apps.analytics.scaling.lag=20000'],
  ],
};

/** Values that the chart has to refuse, and what it has to say. */
export const REFUSED = [
  { values: [], says: 'INTERNAL_SECRET' },
  { values: [...SECRET, '--set', 'config.PARTITIONS=64'], says: 'want string' },
  { values: [...SECRET, '--set', 'scaler=cron'], says: 'scaler' },
  { values: [...SECRET, '--set', 'apps.gateway.replicaCount=3'], says: 'replicaCount' },
  { values: [...SECRET, '--set', 'drain.lastAnswersSec=1'], says: 'lastAnswersSec' },
];

export function renderedFile(name) {
  return join(ROOT, 'k8s/rendered', name);
}

/** Changes with every file of the chart. */
export function chartDigest() {
  const files = readdirSync(CHART, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.slice(CHART.length).replaceAll('\\', '/')}\0${readFileSync(file, 'utf8')}\0`);
  return hash.digest('hex');
}

/** What Helm makes of these values; throws with what Helm says. */
export function template(helm, values) {
  const args = ['template', 'chat', CHART, '--namespace', 'agent-chat', '--kube-version', KUBERNETES, ...values];
  return execFileSync(helm, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What `k8s/rendered/<name>` has to hold. */
export function page(helm, name) {
  return `# Made from k8s/agent-chat by \`npm run check:k8s -- --write\`, with: ${RENDERED[name].join(' ')}\n# Chart: ${chartDigest()}\n${template(helm, RENDERED[name])}`;
}
