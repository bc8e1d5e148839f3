import { eventually } from '@agent-chat/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Posting } from '../support/posting';
import { RestClient } from '../support/rest-client';
import { StandaloneProcess } from '../support/standalone-process';

jest.setTimeout(120_000);

describe('a standalone that people write to', () => {
  it('ends with a message when its database server dies, and has everything after a restart', async () => {
    const standalone = await StandaloneProcess.start();
    const alice = await RestClient.register(standalone.url, 'alice');
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'faults' });
    const posting = new Posting(alice, roomId);
    await eventually(() => expect(posting.acknowledged.size).toBeGreaterThan(100), { timeoutMs: 20_000 });
    process.kill(Number(readFileSync(join(standalone.dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    expect(await standalone.ended()).toBe(1);
    expect(standalone.printed).toContain('The database server ended by itself');
    await standalone.restart();
    const before = posting.acknowledged.size;
    await eventually(() => expect(posting.acknowledged.size).toBeGreaterThan(before + 20), { timeoutMs: 20_000 });
    await posting.stop();
    await posting.expectStored();
    await standalone.remove();
  });
});
