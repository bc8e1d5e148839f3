import { AgentChatError } from './errors';
import { openConnection } from './testing/scripted-link';
import { settle } from './testing/steered-environment';

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

  it('keeps no link that fails while it is being opened', async () => {
    const { connection, environment, links, refusal, open } = openConnection();
    refusal.code = 'NETWORK_ERROR';
    void connection.connect();
    await settle();
    expect(links.map(({ isClosed }) => isClosed)).toEqual([true]);
    refusal.code = undefined;
    await environment.advance(250);
    await open();
    expect([connection.state, links.at(-1)?.isClosed]).toEqual(['connected', false]);
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

  it('waits for a moment that a leaving server named once, and then backs off as ever', async () => {
    const { connection, environment, links, lose, open, statuses } = openConnection();
    void connection.connect();
    await open();
    links[0]!.handlers.onFrame('drain', { reconnectInMs: 60_000 });
    lose();
    connection.retryNow();
    await open();
    lose();
    expect(statuses.at(-1)?.retryInMs).toBe(250);
    await environment.advance(250);
    expect(links).toHaveLength(3);
  });

  it('renews again and again, and sends only a token that is another', async () => {
    const { connection, environment, links, tokens, open } = openConnection();
    tokens.renewAtMs = environment.nowMs() + 60_000;
    void connection.connect();
    await open();
    for (const token of ['token-1', 'token-2', 'token-3']) {
      tokens.current = token;
      tokens.renewAtMs += 60_000;
      await environment.advance(60_000);
    }
    expect(links[0]!.requests).toEqual(['token-2', 'token-3'].map((token) => ['auth.renew', { token }]));
  });

  it('tells of a renewal that failed, and tries again 5 s later', async () => {
    const { connection, environment, links, tokens, open, errors } = openConnection();
    tokens.renewAtMs = environment.nowMs() + 60_000;
    void connection.connect();
    await open();
    tokens.failure = new AgentChatError('NETWORK_ERROR');
    await environment.advance(60_000);
    expect(errors).toEqual(['NETWORK_ERROR']);
    expect(connection.state).toBe('connected');
    tokens.failure = undefined;
    tokens.current = 'token-2';
    await environment.advance(4_999);
    expect(links[0]!.requests).toEqual([]);
    await environment.advance(1);
    expect(links[0]!.requests).toEqual([['auth.renew', { token: 'token-2' }]]);
  });

  it('is closed when a renewal finds that the session has ended', async () => {
    const { connection, environment, links, tokens, open } = openConnection();
    tokens.renewAtMs = environment.nowMs() + 60_000;
    void connection.connect();
    await open();
    tokens.failure = new AgentChatError('SIGNED_OUT');
    await environment.advance(60_000);
    expect([connection.state, links[0]!.isClosed]).toEqual(['closed', true]);
  });

  it('shows a refused token once, and never again after a good one', async () => {
    const { connection, environment, lose, tokens } = openConnection();
    void connection.connect();
    await settle();
    lose('UNAUTHENTICATED');
    tokens.current = 'token-2';
    await environment.advance(250);
    lose();
    await environment.advance(500);
    expect(tokens.rejected).toEqual([undefined, 'token-1', undefined]);
  });

  it('opens nothing for a token that comes after it was told to disconnect, nor minds its failure', async () => {
    const { connection, links, tokens } = openConnection();
    for (const failure of [undefined, new AgentChatError('SIGNED_OUT')]) {
      tokens.failure = failure;
      connection.connect().catch(() => undefined);
      connection.disconnect();
      await settle();
    }
    expect(links).toEqual([]);
    expect(connection.state).toBe('offline');
  });

  it('tries once at a time, whoever asks, and at once only while it waits', async () => {
    const { connection, links, lose, open } = openConnection();
    void connection.connect();
    void connection.connect();
    connection.retryNow();
    await open();
    connection.retryNow();
    await settle();
    expect(links).toHaveLength(1);
    lose();
    void connection.connect();
    await settle();
    expect(links).toHaveLength(1);
  });

  it('backs off from the beginning after it was told to disconnect', async () => {
    const { connection, environment, lose, statuses } = openConnection();
    connection.connect().catch(() => undefined);
    for (const retryInMs of [250, 500]) {
      await settle();
      lose();
      expect(statuses.at(-1)?.retryInMs).toBe(retryInMs);
      await environment.advance(retryInMs);
    }
    connection.disconnect();
    connection.connect().catch(() => undefined);
    await settle();
    lose();
    expect(statuses.at(-1)?.retryInMs).toBe(250);
  });

  it('refuses calls while it is not connected', async () => {
    const { connection, lose, open } = openConnection();
    await expect(connection.request('message.post', {})).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
    void connection.connect();
    await settle();
    await expect(connection.request('message.post', {})).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
    await open();
    await expect(connection.request('message.post', {})).resolves.toBeDefined();
    lose();
    await expect(connection.request('message.post', {})).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
  });

  it('renews a token that lives longer than a timer can wait', async () => {
    const { connection, environment, tokens, open } = openConnection();
    tokens.renewAtMs = environment.nowMs() + 60 * 24 * 3_600_000;
    void connection.connect();
    await open();
    expect(Math.max(...environment.pendingMs)).toBeLessThan(2 ** 31);
  });
});
