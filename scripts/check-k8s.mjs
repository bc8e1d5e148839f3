// npm run check:k8s: the chart, the compose file and NGINX's configuration, by the tools that will read them. `-- --write` renders k8s/rendered anew.
// `-- --cluster` also installs the chart on a real control plane of Kubernetes, on this machine, whose nodes are simulated.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHART, page, REFUSED, RENDERED, renderedFile, template } from './manifests/chart.mjs';
import { findCompose, findTools } from './manifests/tools.mjs';
import { ROOT } from './toolchain/swc.mjs';

/** Kinds that come with operators, whose schemas Kubernetes doesn't have; `--cluster` checks them. */
const FOREIGN = new Set(['ServiceMonitor', 'ScaledObject']);
const VERSIONS = ['1.28.0', '1.31.0', '1.37.0'];
const WORDS = process.argv.slice(2);

const unknown = WORDS.filter((word) => !['--write', '--cluster'].includes(word));
if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}; there are --write and --cluster.`);

function quiet(command, args, options = {}) {
  return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });
}

function lint(helm) {
  for (const values of Object.values(RENDERED)) quiet(helm, ['lint', CHART, '--strict', ...values]);
  return `helm lint: ${Object.keys(RENDERED).length} sets of values`;
}

function refuse(helm) {
  for (const { values, says } of REFUSED) {
    let said = '';
    try {
      template(helm, values);
    } catch (error) {
      said = String(error.stderr);
    }
    if (!said.includes(says)) throw new Error(`The chart has to refuse "${values.join(' ')}" and say "${says}", but says: ${said || 'nothing'}`);
  }
  return `values: ${REFUSED.length} wrong ones refused`;
}

function compare(helm) {
  for (const name of Object.keys(RENDERED)) {
    const file = renderedFile(name);
    const wanted = page(helm, name);
    if (WORDS.includes('--write')) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, wanted);
    } else if (readFileSync(file, 'utf8') !== wanted) throw new Error(`${file} is not what the chart makes: npm run check:k8s -- --write`);
  }
  return `k8s/rendered: ${WORDS.includes('--write') ? 'written' : 'up to date'}`;
}

function validate(validator, folder) {
  let count = 0;
  for (const name of Object.keys(RENDERED)) {
    const documents = parseAllDocuments(readFileSync(renderedFile(name), 'utf8')).filter((document) => !FOREIGN.has(document.get('kind')));
    const file = join(folder, name);
    writeFileSync(file, documents.map(String).join('---\n'));
    count += documents.length;
    for (const version of VERSIONS) quiet(validator, ['--strict', '--quiet', '-k', version, file]);
  }
  return `kubernetes-validate: ${count} objects for each of ${VERSIONS.join(', ')}`;
}

function compose() {
  const [command, ...plugin] = findCompose();
  const env = { ...process.env, POSTGRES_PASSWORD: 'some', INTERNAL_SECRET: 'thing', S3_SECRET_ACCESS_KEY: 'else' };
  quiet(command, [...plugin, '-f', 'docker/compose.yaml', 'config', '-q'], { env });
  return 'docker/compose.yaml: accepted';
}

function nginx(program) {
  quiet(program, ['-t', '-q', '-c', join(ROOT, 'docker/nginx.conf')]);
  return 'docker/nginx.conf: accepted';
}

async function main() {
  const tools = findTools(['helm', 'kubernetes-validate', 'nginx']);
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-manifests-'));
  try {
    const checks = [() => lint(tools.helm), () => refuse(tools.helm), () => compare(tools.helm), () => validate(tools['kubernetes-validate'], folder), compose];
    for (const check of [...checks, () => nginx(tools.nginx)]) console.log(check());
    if (WORDS.includes('--cluster')) await (await import('./manifests/cluster-check.mjs')).checkOnCluster(folder, console.log);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error([error.message, error.stdout, error.stderr].filter(Boolean).join('\n'));
  process.exitCode = 1;
}
