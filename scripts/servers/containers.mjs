// Docker in place of programs that are not installed: a server in a container that has this machine's network, the same files at the same paths, and the same user,
// so that whatever it is told of ports and folders is true in there, too.
import { spawnSync } from 'node:child_process';
import { run } from '../toolchain/process.mjs';
import { findProgram } from './programs.mjs';

const ANSWER_LIMIT_MS = 10_000;
let client;
let count = 0;

/** Docker's client if its engine answers, else null. Looked for once. */
function findDocker() {
  if (client === undefined) {
    const found = findProgram(['docker']);
    const answer = found && spawnSync(found, ['version', '--format', '{{.Server.Version}}'], { stdio: 'ignore', timeout: ANSWER_LIMIT_MS });
    client = answer?.status === 0 ? found : null;
  }
  return client;
}

/** Whether programs of this machine are left alone: `SERVERS_FROM=docker`. */
export function isDockerPreferred() {
  return process.env.SERVERS_FROM === 'docker';
}

/** A program of an image, fetched if need be; undefined without Docker, or where the image can't be had. */
export async function programOfImage(image, entrypoint) {
  const docker = findDocker();
  if (!docker) return undefined;
  const isHere = spawnSync(docker, ['image', 'inspect', image], { stdio: 'ignore' }).status === 0;
  if (!isHere && (await run(docker, ['pull', '--quiet', image], { stdio: ['ignore', process.stderr, 'inherit'] })) !== 0) return undefined;
  return { docker, image, entrypoint, toString: () => `${entrypoint} of the image ${image}` };
}

/** What to run for a program, a path or one of an image. `mount` is the folder that holds all it reads and writes. */
export function commandLine(program, args, { mount, folder = mount, name }) {
  if (typeof program === 'string') return [program, args];
  const { docker, image, entrypoint } = program;
  const user = `${process.getuid()}:${process.getgid()}`;
  const named = name === undefined ? [] : ['--name', name];
  const place = ['--network', 'host', '--user', user, '--volume', `${mount}:${mount}`, '--workdir', folder];
  return [docker, ['run', '--rm', ...named, ...place, '--entrypoint', entrypoint, image, ...args]];
}

/** The launch of a server (see `startServer`) with its program, a path or one of an image. */
export function launchWith(program, { args, ...launch }, mount = launch.folder) {
  if (typeof program === 'string') return { ...launch, command: program, args };
  const name = `agent-chat-${launch.name}-${process.pid}-${++count}`;
  const [command, all] = commandLine(program, args, { mount, folder: launch.folder, name });
  return { ...launch, command, args: all, container: { docker: command, name } };
}

/** Sends a signal to a container's process. Answers false where there is none (yet). */
export function signalContainer({ docker, name }, signal) {
  return spawnSync(docker, ['kill', '--signal', signal, name], { stdio: 'ignore' }).status === 0;
}
