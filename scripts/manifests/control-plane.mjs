// A Kubernetes on this machine: the real API server, controllers and scheduler, with nodes that kwok simulates. No container runs: a pod gets ready, ends
// and goes as one would whose program does what it should.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startServer } from '../servers/server.mjs';
import { module, provisionControlPlane } from './build-control-plane.mjs';
import { findTools } from './tools.mjs';

const KWOK = 'sigs.k8s.io/kwok@v0.8.0';
const STAGES = [
  'node/fast/node-initialize',
  'node/heartbeat-with-lease/node-heartbeat-with-lease',
  ...['ready', 'complete', 'delete'].map((end) => `pod/fast/pod-${end}`),
];
const HERE = '127.0.0.1';

function writeKeys(folder) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  writeFileSync(join(folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(folder, 'tokens.csv'), 'for-this-run,admin,admin,system:masters\n');
}

function writeKubeconfig(file, port) {
  const cluster = { name: 'here', cluster: { server: `https://${HERE}:${port}`, 'insecure-skip-tls-verify': true } };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    users: [{ name: 'admin', user: { token: 'for-this-run' } }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'admin' } }],
    'current-context': 'here',
  };
  writeFileSync(file, JSON.stringify(config));
}

function etcdArgs(folder, port, peerPort) {
  const [client, peer] = [port, peerPort].map((each) => `http://${HERE}:${each}`);
  return [
    ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
  ];
}

function apiserverArgs(folder, etcdPort, port) {
  return [
    ...['apiserver', `--etcd-servers=http://${HERE}:${etcdPort}`, `--bind-address=${HERE}`, `--advertise-address=${HERE}`, `--secure-port=${port}`],
    ...[
      `--cert-dir=${join(folder, 'certificates')}`,
      '--service-account-issuer=https://kubernetes.default',
      `--service-account-key-file=${join(folder, 'sa.pub')}`,
    ],
    ...[`--service-account-signing-key-file=${join(folder, 'sa.key')}`, '--service-cluster-ip-range=10.96.0.0/16', '--authorization-mode=RBAC'],
    ...[`--token-auth-file=${join(folder, 'tokens.csv')}`, '--endpoint-reconciler-type=none'],
  ];
}

/** What follows the API server: each with the ports that it needs. */
async function followers(folder, program, kwok, kubeconfig, stages) {
  const secure = async () => [
    `--bind-address=${HERE}`,
    `--secure-port=${await freePort()}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    '--leader-elect=false',
  ];
  const keys = ['--use-service-account-credentials=true', `--service-account-private-key-file=${join(folder, 'sa.key')}`];
  // On a busy machine the signs of life of simulated nodes come late, and pods of a node that counts as gone are not ready.
  const patience = ['--node-monitor-grace-period=1h', '--horizontal-pod-autoscaler-sync-period=2s'];
  return [
    { name: 'controllers', command: program, args: ['controllers', kubeconfig, ...keys, ...patience, ...(await secure())] },
    { name: 'scheduler', command: program, args: ['scheduler', kubeconfig, ...(await secure())] },
    {
      name: 'kwok',
      command: kwok,
      args: [kubeconfig, `--config=${stages}`, '--node-lease-duration-seconds=40', '--manage-all-nodes=true', `--server-address=${HERE}:${await freePort()}`],
    },
  ];
}

/** Calls of kubectl: they answer what it prints, and throw what it complains of. */
function callsOf(kubectl, config) {
  const env = { ...process.env, KUBECONFIG: config };
  const call = (args, input) => execFileSync(kubectl, args, { encoding: 'utf8', env, input, stdio: ['pipe', 'pipe', 'pipe'] });
  return {
    env,
    kubectl: (...args) => call(args),
    apply: (object, ...args) => call(['apply', '-f', '-', ...args], JSON.stringify(object)),
    post: (path, object) => call(['create', '--raw', path, '-f', '-'], JSON.stringify(object)),
  };
}

function isReady({ kubectl }) {
  try {
    return kubectl('get', '--raw', '/readyz') === 'ok';
  } catch {
    return false;
  }
}

/** Everything that the servers read, and where they listen. */
async function prepare(folder, go) {
  mkdirSync(folder, { recursive: true });
  writeKeys(folder);
  const ports = { etcd: await freePort(), peer: await freePort(), api: await freePort() };
  const config = join(folder, 'kubeconfig');
  writeKubeconfig(config, ports.api);
  const stages = join(folder, 'stages.yaml');
  const kwok = module(go, KWOK);
  writeFileSync(stages, STAGES.map((stage) => readFileSync(join(kwok, 'kustomize/stage', `${stage}.yaml`), 'utf8')).join('\n---\n'));
  return { ports, config, stages };
}

/** Starts it. `stop` leaves nothing. */
export async function startControlPlane(folder, tell) {
  const { etcd, kwok, kubectl, go } = findTools(['etcd', 'kwok', 'kubectl', 'go']);
  const program = await provisionControlPlane(tell);
  const { ports, config, stages } = await prepare(folder, go);
  const calls = callsOf(kubectl, config);
  const servers = [];
  const start = async (server) => servers.push(await startServer({ folder, stopLimitMs: 5_000, ...server }));
  const stop = async () => {
    // The API server doesn't end while its etcd is gone.
    for (const server of servers.reverse()) await server.stop();
  };
  try {
    await start({ name: 'etcd', command: etcd, args: etcdArgs(folder, ports.etcd, ports.peer), port: ports.etcd });
    const args = apiserverArgs(folder, ports.etcd, ports.api);
    await start({ name: 'apiserver', command: program, args, port: ports.api, ready: async () => isReady(calls) });
    for (const each of await followers(folder, program, kwok, `--kubeconfig=${config}`, stages)) await start({ ...each, ready: async () => true });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...calls, stop };
}
