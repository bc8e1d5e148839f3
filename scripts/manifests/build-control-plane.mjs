// Kubernetes' own API server, controllers and scheduler, compiled once from their Go modules: some minutes, two gigabytes of memory, ten of disk.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolFolder } from '../servers/programs.mjs';
import { run } from '../toolchain/process.mjs';
import { ROOT } from '../toolchain/swc.mjs';
import { findTools } from './tools.mjs';

export const KUBERNETES = '1.36.3';

/** Fetches a Go module and resolves with the folder that it lies in. */
export function module(go, name) {
  return JSON.parse(execFileSync(go, ['mod', 'download', '-json', name], { encoding: 'utf8', cwd: toolFolder() })).Dir;
}

/** The parts of Kubernetes lie in modules of their own, whose releases are numbered otherwise. */
function moduleFile(go) {
  const file = join(module(go, `k8s.io/kubernetes@v${KUBERNETES}`), 'go.mod');
  const { Go, Replace } = JSON.parse(execFileSync(go, ['mod', 'edit', '-json', file], { encoding: 'utf8' }));
  const parts = Replace.filter(({ New }) => New.Path.startsWith('./staging')).map(({ Old }) => Old.Path);
  const release = KUBERNETES.replace(/^1/, 'v0');
  return [
    `module control-plane`,
    `go ${Go}`,
    `require k8s.io/kubernetes v${KUBERNETES}`,
    ...parts.map((part) => `replace ${part} => ${part} ${release}`),
    '',
  ].join('\n');
}

/** The path of the program, which is built if it is missing. */
export async function provisionControlPlane(tell) {
  const folder = join(toolFolder(), `kubernetes-${KUBERNETES}`);
  const program = join(folder, 'control-plane');
  if (existsSync(program)) return program;
  const { go } = findTools(['go']);
  tell(`Kubernetes ${KUBERNETES} is built, once; this takes some minutes.`);
  const work = `${folder}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    cpSync(join(ROOT, 'scripts/manifests/control-plane/main.go'), join(work, 'main.go'));
    writeFileSync(join(work, 'go.mod'), moduleFile(go));
    const [major, minor] = KUBERNETES.split('.');
    const version = Object.entries({ gitVersion: `v${KUBERNETES}`, gitMajor: major, gitMinor: minor }).map(
      ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
    );
    for (const args of [
      ['mod', 'tidy'],
      ['build', '-trimpath', '-ldflags', `-s -w ${version.join(' ')}`, '-o', 'control-plane', '.'],
    ]) {
      const code = await run('nice', ['-n', '15', go, ...args], { cwd: work });
      if (code !== 0) throw new Error(`go ${args[0]} failed with exit code ${code}; its files are in ${work}`);
    }
    mkdirSync(folder, { recursive: true });
    renameSync(join(work, 'control-plane'), program);
    writeFileSync(join(folder, 'go.mod'), readFileSync(join(work, 'go.mod')));
    rmSync(work, { recursive: true, force: true });
    return program;
  } catch (error) {
    rmSync(program, { force: true });
    throw error;
  }
}
