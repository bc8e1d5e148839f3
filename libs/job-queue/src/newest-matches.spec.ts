import { NewestMatches } from './newest-matches';
import { newestMatchMs } from './scheduled-match';

const CRONS = ['* * * * *', '*/7 * * * *', '30 2 * * *'];
const START = Date.parse('2026-03-01T02:26:00.000Z');

describe('NewestMatches', () => {
  it('answers as each look would, at every edge of a minute, when time goes on and when it goes back', () => {
    const matches = new NewestMatches();
    const minutes = Array.from({ length: 6 }, (_, minute) => START + minute * 60_000);
    const instants = minutes.flatMap((at) => [at - 1, at, at + 59_999, at - 1]);
    for (const at of instants) for (const cron of CRONS) expect([cron, at, matches.of(cron, at)]).toEqual([cron, at, newestMatchMs(cron, at)]);
  });
});
