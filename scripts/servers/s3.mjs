// A real S3 server for files: versitygw over a folder.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDockerPreferred, launchWith, programOfImage } from './containers.mjs';
import { findGoProgram, provisionGoProgram } from './go-programs.mjs';
import { freePort, startNode } from './server.mjs';

const NAME = 'versitygw';
const VERSION = 'v1.8.0';
const HOST = '127.0.0.1';
const BUCKET = 'agent-chat';
const ACCESS_KEY_ID = 'agent-chat';
const SECRET_ACCESS_KEY = 'the-secret-of-files-on-one-machine';

/** Makes sure there is a versitygw and resolves with its path, or with that of an image. Rejects with the commands to run where it can't have one. */
export async function provision() {
  const found = isDockerPreferred() ? undefined : findGoProgram(NAME);
  const program = found ?? (await programOfImage(`versity/versitygw:${VERSION}`, NAME));
  return program ?? provisionGoProgram({ name: NAME, module: `github.com/versity/versitygw/cmd/versitygw@${VERSION}` });
}

/** It answers anybody, if only with a refusal. */
async function answers(port) {
  const answer = await fetch(`http://${HOST}:${port}/`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer !== undefined;
}

/** Starts one with an empty bucket. `settings` of what it resolves with is what the environment of a process that uses it says. */
export async function start({ folder, takePort = freePort }) {
  const port = await takePort();
  const [data, attributes] = [join(folder, 'data'), join(folder, 'attributes')];
  // A folder is a bucket there.
  mkdirSync(join(data, BUCKET), { recursive: true });
  mkdirSync(attributes, { recursive: true });
  const environment = { ROOT_ACCESS_KEY: ACCESS_KEY_ID, ROOT_SECRET_KEY: SECRET_ACCESS_KEY };
  const args = ['--port', `${HOST}:${port}`, '--access', ACCESS_KEY_ID, '--secret', SECRET_ACCESS_KEY, 'posix', '--sidecar', attributes, data];
  const launch = { name: 's3', folder, port, args, ready: () => answers(port), options: { env: { ...process.env, ...environment } } };
  const node = await startNode(launchWith(await provision(), launch, folder));
  const settings = {
    S3_ENDPOINT: `http://${HOST}:${port}`,
    S3_REGION: 'us-east-1',
    S3_BUCKET: BUCKET,
    S3_ACCESS_KEY_ID: ACCESS_KEY_ID,
    S3_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
    S3_FORCE_PATH_STYLE: 'true',
  };
  return { name: 's3', nodes: [node], settings, port, pid: node.pid, log: node.log, stop: node.stop };
}
