import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallFrame } from './cpu-profile';
import { readProfiles, sumOf } from './profile-report';

const frame = (functionName: string, url = ''): CallFrame => ({ functionName, url, lineNumber: 0 });
const dist = (path: string): string => `/srv/chat/dist/${path}.js`;

/** root: 1 idle, 2 garbage, 3 Node's read -> 4 ws -> 5 dispatch -> 6 zod; 5 -> 7 a commit -> 8 pg -> 9 writev; 10 a function that no rule names. */
const NODES = [
  { id: 0, callFrame: frame('(root)'), children: [1, 2, 3, 10] },
  { id: 1, callFrame: frame('(idle)') },
  { id: 2, callFrame: frame('(garbage collector)') },
  { id: 3, callFrame: frame('onStreamRead', 'node:internal/stream_base_commons'), children: [4] },
  { id: 4, callFrame: frame('startLoop', '/srv/chat/node_modules/ws/lib/receiver.js'), children: [5] },
  { id: 5, callFrame: frame('answerWith', dist('apps/gateway/src/interface/realtime/socket-dispatch')), children: [6, 7] },
  { id: 6, callFrame: frame('parse', 'file:///srv/chat/node_modules/zod/v4/core/parse.cjs') },
  { id: 7, callFrame: frame('execute', dist('apps/chat/src/application/write/committer')), children: [8] },
  { id: 8, callFrame: frame('Client.query', '/srv/chat/node_modules/pg/lib/client.js'), children: [9] },
  { id: 9, callFrame: frame('writev') },
  { id: 10, callFrame: frame('<b>&', '/srv/chat/node_modules/left-pad/index.js') },
];
const SAMPLES = [1, 1, 1, 2, 3, 4, 4, 5, 6, 6, 6, 7, 8, 9, 9, 10];

describe('the report of a profile', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'profile-'));
    writeFileSync(join(folder, 'server.cpuprofile'), JSON.stringify({ nodes: NODES, samples: SAMPLES }));
    const processes = [{ part: 'server', file: 'server.cpuprofile', mainMicros: 2_600, otherMicros: 500, profilerMicros: 70 }];
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ processes, units: { message: 100, delivery: 1_000 } }));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("shares out the main thread's processor time by stage: what others do for a stage counts for it, idling for none", () => {
    const [server] = readProfiles(folder, 'send').report.processes;

    expect(server?.stages).toEqual({ read: 4, validate: 8, commit: 8, 'collect garbage': 2, unattributed: 4 });
    expect(sumOf(server?.stages ?? {})).toBe(26);
    expect(server?.samples).toBe(13);
    expect(server?.otherThreads).toBe(5);
  });

  it('tells whose code ran, which functions are heaviest, and where what is unattributed lies', () => {
    const [server] = readProfiles(folder, 'send').report.processes;

    expect(server?.owners).toEqual({
      'our code': 4,
      'Socket.IO, Engine.IO, ws': 4,
      'Postgres driver': 2,
      zod: 6,
      'other packages': 2,
      "Node's JavaScript": 2,
      'native: V8, libuv, system calls': 6,
    });
    expect(server?.unattributed.map(({ place, micros }) => [place, micros])).toEqual([
      ['onStreamRead node:internal/stream_base_commons:1', 2],
      ['<b>& left-pad/index.js:1', 2],
    ]);
    expect(server?.heaviest[0]).toEqual({ place: 'parse zod/v4/core/parse.cjs:1', stage: 'validate', micros: 6 });
  });

  it('draws each function as wide as it and what it called took, what is above it within it', () => {
    const { svg } = readProfiles(folder, 'send');
    const widthOf = (label: string): number => Number(new RegExp(`data-at="[\\d.]+,([\\d.]+)"><title>${label}`).exec(svg)?.[1]);

    expect(svg).toContain('send: 26.0 µs a message');
    expect(widthOf('server')).toBe(1);
    expect(widthOf('onStreamRead')).toBeCloseTo(11 / 13, 4);
    expect(widthOf('execute')).toBeCloseTo(4 / 13, 4);
    expect(widthOf('writev')).toBeCloseTo(2 / 13, 4);
    expect(svg).toContain('&lt;b&gt;&amp; left-pad');
    expect(svg).not.toContain('<b>');
    expect(svg).not.toContain('(idle)');
  });
});
