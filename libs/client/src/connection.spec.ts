import { Connection, type ConnectionStatus } from './connection';
import { AgentChatError } from './errors';
import { SteeredEnvironment, settle } from './testing/steered-environment';
import { type TransportHandlers } from './transport';

/** A connection whose other end is played by the test. */
function openConnection() {
  const environment = new SteeredEnvironment();
  const statuses: ConnectionStatus[] = [];
  const links: { token: string; handlers: TransportHandlers; requests: [string, unknown][]; isClosed: boolean }[] = [];
  const tokens = {
    renewAtMs: undefined as number | undefined,
    current: 'token-1',
    rejected: [] as (string | undefined)[],
    failure: undefined as AgentChatError | undefined,
  };
  const connection = new Connection({
    url: 'http://server',
    environment,
    tokens: {
      get renewAtMs() {
        return tokens.renewAtMs;
      },
      token: async (rejected) => {
        tokens.rejected.push(rejected);
        if (tokens.failure !== undefined) throw tokens.failure;
        return tokens.current;
      },
    },
    open: ({ token, handlers }) => {
      const link = { token, handlers, requests: [] as [string, unknown][], isClosed: false };
      links.push(link);
      return {
        request: async (call, body) => link.requests.push([call, body]),
        close: () => {
          link.isClosed = true;
        },
      };
    },
    onStatus: (status) => statuses.push(status),
    onFrame: () => undefined,
    onError: () => undefined,
  });
  const states = () => statuses.map(({ state }) => state);
  const lose = (code = 'NETWORK_ERROR', details = {}) => links.at(-1)!.handlers.onClosed(new AgentChatError(code, details));
  const open = async () => {
    await settle();
    links.at(-1)!.handlers.onOpen();
  };
  return { connection, environment, statuses, states, links, tokens, lose, open };
}

describe('a connection', () => {
  it('backs off with full jitter from half a second to at most 30 s, and starts again after a good connection', async () => {
    const { connection, environment, links, lose, open, statuses } = openConnection();
    const connected = connection.connect();
    const delays: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      await settle();
      lose();
      delays.push(statuses.at(-1)?.retryInMs);
      await environment.advance(delays.at(-1) ?? 0);
    }
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    await open();
    await connected;
    await environment.advance(5_000);
    lose();
    expect(statuses.at(-1)).toMatchObject({ state: 'reconnecting', retryInMs: 250 });
    expect(links).toHaveLength(10);
  });

  it('keeps backing off when the server takes it and drops it at once', async () => {
    const { connection, environment, lose, open, statuses } = openConnection();
    void connection.connect();
    const delays: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      await open();
      lose();
      delays.push(statuses.at(-1)?.retryInMs);
      await environment.advance(delays.at(-1) ?? 0);
    }
    expect(delays).toEqual([250, 500, 1_000]);
  });

  it('waits as long as the server asks for', async () => {
    const { connection, lose, statuses } = openConnection();
    void connection.connect();
    await settle();
    lose('RATE_LIMITED', { retryAfterMs: 7_000 });
    expect(statuses.at(-1)?.retryInMs).toBe(7_250);
  });

  it('reconnects at the moment that a leaving server names, also when that goes earlier', async () => {
    const { connection, environment, links, lose, open } = openConnection();
    void connection.connect();
    await open();
    links[0]!.handlers.onFrame('drain', { reconnectInMs: 3_000 });
    await environment.advance(1_000);
    lose();
    await environment.advance(1_999);
    expect(links).toHaveLength(1);
    await environment.advance(1);
    expect(links).toHaveLength(2);
    await open();
    links[1]!.handlers.onFrame('drain', { reconnectInMs: 2_000 });
    await environment.advance(2_000);
    expect(links[1]!.isClosed).toBe(true);
    expect(links).toHaveLength(3);
  });

  it('backs off from a server that refuses newcomers because it is leaving', async () => {
    const { connection, lose, statuses } = openConnection();
    void connection.connect();
    await settle();
    lose('DRAINING');
    expect(statuses.at(-1)?.retryInMs).toBe(250);
  });

  it('renews the token on the open connection before it expires', async () => {
    const { connection, environment, links, tokens, open } = openConnection();
    tokens.renewAtMs = environment.nowMs() + 60_000;
    void connection.connect();
    await open();
    tokens.current = 'token-2';
    await environment.advance(59_999);
    expect(links[0]!.requests).toEqual([]);
    tokens.renewAtMs += 60_000;
    await environment.advance(1);
    expect(links[0]!.requests).toEqual([['auth.renew', { token: 'token-2' }]]);
    expect(connection.state).toBe('connected');
  });

  it('asks for another token after the server refused one', async () => {
    const { connection, environment, lose, tokens } = openConnection();
    void connection.connect();
    await settle();
    lose('UNAUTHENTICATED');
    await environment.advance(250);
    expect(tokens.rejected).toEqual([undefined, 'token-1']);
  });

  it('is closed for good when the session has ended or the server refuses the person', async () => {
    const { connection, tokens, states, lose } = openConnection();
    tokens.failure = new AgentChatError('SIGNED_OUT');
    await expect(connection.connect()).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    tokens.failure = undefined;
    const again = connection.connect();
    again.catch(() => undefined);
    await settle();
    lose('FORBIDDEN');
    await expect(again).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(states()).toEqual(['connecting', 'closed', 'connecting', 'closed']);
  });

  it('hears nothing of an earlier link', async () => {
    const { connection, environment, links, lose, open } = openConnection();
    void connection.connect();
    await open();
    lose();
    await environment.advance(250);
    await open();
    links[0]!.handlers.onClosed(new AgentChatError('NETWORK_ERROR'));
    expect(connection.state).toBe('connected');
  });

  it('goes offline when asked to, and tries at once when the network is back', async () => {
    const { connection, links, lose, states } = openConnection();
    const connected = connection.connect().catch((error: unknown) => AgentChatError.from(error).code);
    await settle();
    lose();
    connection.retryNow();
    await settle();
    expect(links).toHaveLength(2);
    connection.disconnect();
    expect(await connected).toBe('CLOSED');
    expect(states().at(-1)).toBe('offline');
    expect(links[1]!.isClosed).toBe(true);
  });
});
