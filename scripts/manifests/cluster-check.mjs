// Installs the chart on a real Kubernetes and looks at what an operator relies on. Images run nowhere here: that they do is another check's.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { module } from './build-control-plane.mjs';
import { CHART, RENDERED, renderedFile } from './chart.mjs';
import { startControlPlane } from './control-plane.mjs';
import { findTools } from './tools.mjs';

const NAMESPACE = 'agent-chat';
const APPS = ['analytics', 'chat', 'gateway', 'presence', 'storage', 'worker'];
const OPERATORS = [
  ['github.com/kedacore/keda/v2@v2.21.0', 'config/crd/bases/keda.sh_scaledobjects.yaml'],
  ['github.com/prometheus-operator/prometheus-operator@v0.85.0', 'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml'],
];
const POLL_MS = 100;
const PATIENCE_MS = 120_000;

function check(isTrue, message) {
  if (!isTrue) throw new Error(message);
}

async function until(what, holds, limitMs = PATIENCE_MS) {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Not within ${limitMs} ms: ${what}`);
    await delay(POLL_MS);
  }
}

/** What the call prints, or what it complains of. */
function attempt(call) {
  try {
    return { done: true, said: call() };
  } catch (error) {
    return { done: false, said: `${error.stdout ?? ''}${error.stderr ?? error.message}` };
  }
}

const node = (index) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `node-${index}`,
    labels: { 'kubernetes.io/hostname': `node-${index}`, 'topology.kubernetes.io/zone': `zone-${index}`, 'kubernetes.io/os': 'linux' },
  },
  status: Object.fromEntries(['capacity', 'allocatable'].map((kind) => [kind, { cpu: '8', memory: '16Gi', pods: '110' }])),
});

const restricted = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE, labels: Object.fromEntries(['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted'])) },
};

const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'agent-chat', namespace: NAMESPACE },
  stringData: { INTERNAL_SECRET: 'x'.repeat(32), DATABASE_URL: 'postgres://user@postgres/agent_chat', REDIS_URL: 'redis://redis' },
};

function questions({ kubectl }) {
  const list = (kind, ...args) => JSON.parse(kubectl('-n', NAMESPACE, 'get', kind, '-o', 'json', ...args)).items;
  const pods = (app) => list('pods', '-l', `app.kubernetes.io/component=${app}`).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return { list, pods };
}

async function prepare(cluster) {
  const { go } = findTools(['go']);
  for (const [name, file] of OPERATORS) cluster.kubectl('apply', '--server-side', '-f', join(module(go, name), file));
  for (const index of [1, 2, 3]) cluster.apply(node(index));
  cluster.apply(restricted);
  cluster.apply(secret);
  await until('the nodes are ready', () => (cluster.kubectl('get', 'nodes').match(/ Ready /g) ?? []).length === 3);
  await until('the namespace has its account', () => attempt(() => cluster.kubectl('-n', NAMESPACE, 'get', 'serviceaccount', 'default')).done);
}

/** Everything that the chart can make is what Kubernetes and the operators take; a mistake is not. */
function admission({ kubectl, apply }) {
  for (const name of Object.keys(RENDERED)) {
    kubectl('apply', '--dry-run=server', '--validate=strict', '--warnings-as-errors', '-n', NAMESPACE, '-f', renderedFile(name));
  }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'careless', namespace: NAMESPACE }, spec: { containers: [{ name: 'any', image: 'any' }] } };
  const careless = attempt(() => apply(pod));
  check(!careless.done && careless.said.includes('violates PodSecurity "restricted'), `A careless pod has to be refused here, but: ${careless.said}`);
  const monitor = { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'wrong', namespace: NAMESPACE } };
  const wrong = attempt(() => apply({ ...monitor, spec: { selector: {}, endpoints: [{ port: 'http', interval: 'often' }] } }, '--dry-run=server'));
  check(!wrong.done && wrong.said.includes('interval'), `A wrong ServiceMonitor has to be refused here, but: ${wrong.said}`);
  return 'every object is taken by the API server (strictly), by PodSecurity "restricted" and by the operators\' schemas';
}

async function install({ list, pods }, helm) {
  helm('install', 'chat', CHART, '--set', 'secrets.existingSecret=agent-chat', '--wait', '--timeout', '3m');
  await until('two of each process are ready', () => list('deployments').every(({ status }) => status.readyReplicas === 2));
  check(list('deployments').length === APPS.length, 'There is no Deployment for each process');
  for (const app of APPS) check(new Set(pods(app).map(({ spec }) => spec.nodeName)).size === 2, `Both pods of ${app} are on one node`);
  const migrated = list('events').filter(({ involvedObject, reason }) => involvedObject.name === 'chat-agent-chat-migrate' && reason === 'Completed');
  check(migrated.length === 1, 'The step that migrates has not completed once');
  const began = Math.min(...list('deployments').map(({ metadata }) => Date.parse(metadata.creationTimestamp)));
  check(Date.parse(migrated[0].lastTimestamp ?? migrated[0].eventTime) <= began, 'Processes were begun before the schemas were up to date');
  check(list('jobs').length === 0, 'The Job that migrates is left behind');
  return 'install: migrated first, then two of each process, on two nodes each';
}

/** A new release, while the number of pods that are ready is watched. */
async function upgrade({ list }, helm) {
  const images = (pods) =>
    pods.filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] !== 'migrate').map(({ spec }) => spec.containers[0].image);
  let least = Infinity;
  // One question, since the least may last for moments.
  const isAll = (image) => () => {
    const found = list('deployments,pods');
    const [deployments, pods] = ['Deployment', 'Pod'].map((wanted) => found.filter(({ kind }) => kind === wanted));
    least = Math.min(least, ...deployments.map(({ status }) => status.availableReplicas ?? 0));
    return pods.length === 2 * APPS.length && images(pods).every((each) => each === image);
  };
  helm('upgrade', 'chat', CHART, '--set', 'secrets.existingSecret=agent-chat,image.tag=0.1.1');
  await until('every pod is of the new release', isAll('agent-chat:0.1.1'));
  helm('rollback', 'chat', '1');
  await until('every pod is of the old release again', isAll('agent-chat:0.1.0'));
  check(least >= 2, `During the upgrade only ${least} pods of a process were ready`);
  return 'upgrade and rollback: never fewer than two ready of any process';
}

/** No place for another pod: who empties a node gets the first of two, and not the second. */
async function disruption({ list, pods }, { kubectl, post }) {
  for (const app of APPS) {
    const [first, second] = pods(app).map(({ metadata }) => metadata.name);
    for (const { metadata } of list('nodes')) kubectl('cordon', metadata.name);
    const evict = (name) => {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } };
      return attempt(() => post(`/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`, body));
    };
    check(evict(first).done, `${app}: no pod at all can be evicted`);
    await until('another pod waits for a place', () => pods(app).some(({ status }) => status.phase === 'Pending'));
    const refused = evict(second);
    check(!refused.done && refused.said.includes('disruption budget'), `${app}: both pods can be evicted: ${refused.said}`);
    for (const { metadata } of list('nodes')) kubectl('uncordon', metadata.name);
    await until('both are ready again', () => list('deployments').every(({ status }) => status.readyReplicas === 2));
  }
  return 'PodDisruptionBudget: the second pod of any process cannot be evicted until another has taken the place of the first';
}

async function remove({ list }, helm) {
  helm('uninstall', 'chat', '--wait');
  await until('nothing is left', () => list('all,configmaps,networkpolicies,pdb,hpa').filter(({ metadata }) => metadata.name.startsWith('chat')).length === 0);
  return 'uninstall: nothing is left';
}

/** Runs every check in order and tells each one's outcome; throws at the first that fails. Logs are below `folder`. */
export async function checkOnCluster(folder, tell) {
  const tools = findTools(['helm']);
  const cluster = await startControlPlane(join(folder, 'control-plane'), tell);
  try {
    const asked = questions(cluster);
    const helm = (...args) =>
      execFileSync(tools.helm, [...args, '--namespace', NAMESPACE], { encoding: 'utf8', env: cluster.env, stdio: ['ignore', 'pipe', 'pipe'] });
    await prepare(cluster);
    for (const step of [
      () => admission(cluster),
      () => install(asked, helm),
      () => upgrade(asked, helm),
      () => disruption(asked, cluster),
      () => remove(asked, helm),
    ]) {
      const startedAt = performance.now();
      const outcome = await step();
      tell(`${outcome} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
    }
  } finally {
    await cluster.stop();
  }
}
