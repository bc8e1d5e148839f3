import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installProgram, DatabaseProcess } from './database-process';

/** A place for a spec's data directories, a program that opens them, and the processes that run. */
export class EmbeddedFixture {
  private readonly base: string;
  private readonly program: string;
  private readonly running: DatabaseProcess[] = [];

  constructor() {
    this.base = mkdtempSync(join(tmpdir(), 'agent-chat-embedded-'));
    chmodSync(this.base, 0o755);
    this.program = installProgram(join(this.base, 'program'));
  }

  start(dataDir: string, account: { uid?: number; gid?: number } = {}, program = this.program): DatabaseProcess {
    const started = new DatabaseProcess(program, dataDir, account);
    this.running.push(started);
    return started;
  }

  /** A new directory that everybody may enter. */
  fresh(name: string): string {
    const directory = mkdtempSync(join(this.base, `${name}-`));
    chmodSync(directory, 0o755);
    return directory;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.running.splice(0).map((started) => started.signal('SIGTERM')));
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}
