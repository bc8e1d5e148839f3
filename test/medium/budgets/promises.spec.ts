import { eventually } from '@agent-chat/testing';
import { resolve } from 'node:path';
import { RestClient } from '../../support/rest-client';
import { SocketClient } from '../../support/socket-client';
import { StandaloneProcess } from '../../support/standalone-process';

const REPORTER = resolve(__dirname, '../../support/report-promises.cjs');

jest.setTimeout(60_000);

describe('what a promise costs', () => {
  let system: StandaloneProcess;

  beforeAll(async () => {
    system = await StandaloneProcess.start({}, [`--require=${REPORTER}`]);
  });
  afterAll(() => system.remove());

  it('is nothing beside itself: no part of the process follows promises, as one AsyncLocalStorage that was run once would (ADR 22)', async () => {
    const alice = await RestClient.register(system.url, 'alice');
    await alice.call('GET', '/rooms');
    const socket = await SocketClient.connect(alice);
    socket.close();

    process.kill(system.pid, 'SIGUSR2');

    const kept = await eventually(() => Promise.resolve(/^promise (.*)$/m.exec(system.printed)?.[1] ?? Promise.reject(new Error('not printed yet'))));
    expect(JSON.parse(kept)).toEqual([]);
  });
});
