// The programs that check manifests. None of them is needed to run or to test the product.
import { execFileSync } from 'node:child_process';
import { findProgram, toolFolder } from '../servers/programs.mjs';
import { join } from 'node:path';

/** Where to have them from, as a line to type. */
const INSTALL = {
  helm: 'go install helm.sh/helm/v3/cmd/helm@v3.22.0   (and $(go env GOPATH)/bin on the PATH)',
  'kubernetes-validate': 'pip install kubernetes-validate==1.37.0',
  'docker-compose': 'apt-get install docker-compose   (or Docker with its compose plugin)',
  nginx: 'apt-get install nginx-light',
  kubectl: 'the package kubectl or kubernetes-client of your system, 1.29 or newer',
  etcd: 'apt-get install etcd-server',
  kwok: 'go install sigs.k8s.io/kwok/cmd/kwok@v0.8.0   (and $(go env GOPATH)/bin on the PATH)',
  go: 'Go 1.26 or newer, to build a control plane of Kubernetes once',
};

const FOLDERS = [join(toolFolder(true), 'bin'), join(toolFolder(false), 'bin')];

/** The paths of these programs by name. Throws one error that says how to get each one that is missing. */
export function findTools(names) {
  const found = Object.fromEntries(names.map((name) => [name, findProgram([name], FOLDERS)]));
  const missing = names.filter((name) => found[name] === undefined);
  if (missing.length === 0) return found;
  throw new Error(`Not found on the PATH:\n${missing.map((name) => `  ${name}: ${INSTALL[name]}`).join('\n')}`);
}

/** How compose is called: as a program of its own, or as Docker's plugin. */
export function findCompose() {
  const docker = findProgram(['docker']);
  if (docker !== undefined && answers(docker, ['compose', 'version'])) return [docker, 'compose'];
  return [findTools(['docker-compose'])['docker-compose']];
}

function answers(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
