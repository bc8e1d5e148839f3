import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { DatabaseStartError } from './database-start-error';

const FOLDER = '/var/lib/agent-chat';

/** Where root puts what other users must reach. Only root may write to it, so that nobody can slip files in. */
export function systemFolder(): string {
  try {
    mkdirSync(FOLDER, { recursive: true });
    const { uid, mode } = statSync(FOLDER);
    if (uid !== 0 || (mode & 0o022) !== 0) {
      throw new DatabaseStartError(`${FOLDER} may be written to by others than root.`, `Run: chown root ${FOLDER} && chmod 755 ${FOLDER}`);
    }
    chmodSync(FOLDER, 0o755);
  } catch (error) {
    throw DatabaseStartError.ofFile(error, FOLDER);
  }
  return FOLDER;
}
