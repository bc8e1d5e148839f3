import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDirectories } from './directories';
import { codeOf } from './system-error';

const isLinux = platform() === 'linux';

function failureOf(path: string): string | undefined {
  try {
    makeDirectories(path);
  } catch (error) {
    return codeOf(error);
  }
  return undefined;
}

describe('making directories', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-chat-directories-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes what is missing, with the mode asked for, and is content with what is there', () => {
    const path = join(folder, 'one', 'two');
    makeDirectories(path, 0o700);
    makeDirectories(path, 0o755);

    expect(statSync(join(folder, 'one')).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('tells of a file that is in the way', () => {
    writeFileSync(join(folder, 'file'), '');

    expect(failureOf(join(folder, 'file'))).toBe('EEXIST');
    expect(failureOf(join(folder, 'file', 'below'))).toBe('ENOTDIR');
  });

  // Only there is a place in which root can make nothing either.
  if (isLinux) {
    it('comes back where no directory can be made', () => {
      expect(failureOf('/proc/agent-chat')).toBe('ENOENT');
    });
  }
});
