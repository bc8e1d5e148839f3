import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareHome } from './server-home';

describe("the database's directory", () => {
  let dataDir: string;
  const home = () => join(dataDir, 'postgres');
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-home-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  function leave(name: string, ageMs: number): void {
    const at = new Date(performance.timeOrigin - ageMs);
    mkdirSync(join(home(), name), { recursive: true });
    utimesSync(join(home(), name), at, at);
  }

  it.each(['before', 'after'])('gets rid of what a start left that was killed %s there was a database', (time) => {
    if (time === 'after') leave('data', 0);
    leave('probe-of-a-killed-start', 3_600_000);
    leave('probe-of-another-start', 0);
    leave('probe-with-files', 0);
    writeFileSync(join(home(), 'probe-with-files', 'file'), '');
    leave('probe-with-files', 3_600_000);
    leave('other', 3_600_000);

    expect(prepareHome(dataDir, undefined)).toEqual({ path: home(), elsewhere: false });

    expect(readdirSync(home()).filter((name) => name !== 'data')).toEqual(['other', 'probe-of-another-start', 'probe-with-files']);
  });
});
