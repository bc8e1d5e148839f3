import { StandaloneProcess } from '../support/standalone-process';

jest.setTimeout(60_000);

describe('the log of a standalone that is stopped', () => {
  it('says so at the signal, and at last that it has stopped', async () => {
    const talkative = await StandaloneProcess.start({ LOG_LEVEL: 'info' });
    try {
      expect(await talkative.stop()).toBe(0);

      const lines = talkative.printed.trim().split('\n');
      expect(lines.find((line) => line.includes('SIGTERM'))).toContain('what was accepted is answered first');
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'info', context: 'Stop', msg: 'Stopped.' });
    } finally {
      await talkative.remove();
    }
  });
});
