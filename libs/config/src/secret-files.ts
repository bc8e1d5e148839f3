import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './config-error';
import { describeSettings } from './describe-settings';

/** The environment with each `NAME_FILE` of a secret replaced by that file's content, and what went wrong on the way. */
export function readSecretFiles(env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; problems: ConfigProblem[] } {
  const resolved = { ...env };
  const problems: ConfigProblem[] = [];
  for (const { name } of describeSettings().filter((row) => row.secret)) {
    const setting = `${name}_FILE`;
    const path = env[setting]?.trim() ?? '';
    if (path === '') continue;
    const content = read(path);
    const fault = faultOf(env, name, path, content);
    if (fault === undefined) resolved[name] = content;
    else problems.push({ setting, message: fault });
  }
  return { env: resolved, problems };
}

function faultOf(env: NodeJS.ProcessEnv, name: string, path: string, content: string | undefined): string | undefined {
  if ((env[name] ?? '') !== '') return `and ${name} are both given: keep one`;
  if (content === undefined) return `names ${path}, which can't be read: give a file that holds the secret and that this user may read`;
  return content === '' ? `names ${path}, which is empty: give a file that holds the secret` : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
