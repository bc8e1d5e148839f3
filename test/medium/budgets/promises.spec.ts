import { RestClient } from '../../support/rest-client';
import { SocketClient } from '../../support/socket-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

/** What Node writes on a promise that somebody follows: an `AsyncLocalStorage` that was run once is enough. */
const traces = (promise: Promise<unknown>): string[] => Object.getOwnPropertySymbols(promise).map(({ description }) => description ?? '');

describe('what a promise costs', () => {
  let app: WholeApp;

  beforeAll(async () => {
    app = await startWholeApp('promises');
  });
  afterAll(() => app.close());

  it('is nothing beside itself: no part of the process follows promises (ADR 22)', async () => {
    const alice = await RestClient.register(app.url, 'alice');
    await alice.call('GET', '/rooms');
    const socket = await SocketClient.connect(alice);
    socket.close();

    expect(traces(Promise.resolve().then(() => undefined))).toEqual([]);
  });
});
