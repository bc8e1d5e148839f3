import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Large pieces first, then what fits into the last gap. */
const PIECES = [1_024 * 1_024, 4_096].map((bytes) => Buffer.alloc(bytes, 1));

/** A file system of its own, in memory, that can be filled to its last byte. Needs root. */
export class SmallDisk {
  private readonly ballast: string;

  private constructor(
    readonly path: string,
    private readonly remover: ChildProcess,
  ) {
    this.ballast = join(path, 'ballast');
  }

  /** Rejects, with what the system says, where none can be mounted. */
  static mount(megabytes: number): SmallDisk {
    const path = mkdtempSync(join(tmpdir(), 'agent-chat-disk-'));
    const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m,mode=755`, 'agent-chat', path], {
      encoding: 'utf8',
    });
    if (status !== 0) {
      rmSync(path, { recursive: true });
      throw new Error(`A disk can be filled only where a file system may be mounted, that is, as root: ${error?.message ?? stderr.trim()}`);
    }
    // It waits for the end of a pipe that only this process holds open: the disk goes when this process is gone, however it ends.
    const remover = spawn('sh', ['-c', 'cat >/dev/null; umount -l "$0"; rmdir "$0"', path], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    remover.unref();
    return new SmallDisk(path, remover);
  }

  /** Leaves no byte. */
  fill(): void {
    const file = openSync(this.ballast, 'a');
    try {
      for (const piece of PIECES) while (hasRoomFor(file, piece));
    } finally {
      closeSync(file);
    }
  }

  /** Gives back what `fill` took. */
  free(): void {
    rmSync(this.ballast, { force: true });
  }

  async remove(): Promise<void> {
    this.remover.ref();
    const gone = new Promise((resolve) => this.remover.once('exit', resolve));
    this.remover.stdin?.end();
    await gone;
  }
}

function hasRoomFor(file: number, piece: Buffer): boolean {
  try {
    return writeSync(file, piece) === piece.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
