import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './config-error';
import { describeSettings } from './describe-settings';

/** The environment with each `NAME_FILE` of a secret replaced by that file's content, and what went wrong on the way. */
export function readSecretFiles(env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; problems: ConfigProblem[] } {
  const resolved = { ...env };
  const problems: ConfigProblem[] = [];
  for (const { name, secret } of describeSettings()) {
    const setting = `${name}_FILE`;
    const path = env[setting]?.trim() ?? '';
    if (!secret || path === '') continue;
    if ((env[name] ?? '') !== '') {
      problems.push({ setting, message: `and ${name} are both given: keep one` });
      continue;
    }
    const content = read(path);
    if (content === undefined || content.trim() === '') {
      const fault = content === undefined ? "can't be read" : 'is empty';
      problems.push({ setting, message: `names ${path}, which ${fault}: give a file that holds the secret and that this user may read` });
    } else {
      resolved[name] = content.trim();
    }
  }
  return { env: resolved, problems };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
