import { Connection, type ConnectionStatus } from '../connection';
import { AgentChatError } from '../errors';
import { type TransportHandlers } from '../transport';
import { settle, SteeredEnvironment } from './steered-environment';

/** A connection whose other end is played by the test. */
export function openConnection() {
  const environment = new SteeredEnvironment();
  const statuses: ConnectionStatus[] = [];
  const errors: string[] = [];
  /** With a code, links fail while they are being opened. */
  const refusal = { code: undefined as string | undefined };
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
      if (refusal.code !== undefined) handlers.onClosed(new AgentChatError(refusal.code));
      return {
        request: async (call, body) => link.requests.push([call, body]),
        close: () => {
          link.isClosed = true;
        },
      };
    },
    onStatus: (status) => statuses.push(status),
    onFrame: () => undefined,
    onError: ({ code }) => errors.push(code),
  });
  const states = () => statuses.map(({ state }) => state);
  const lose = (code = 'NETWORK_ERROR', details = {}) => links.at(-1)!.handlers.onClosed(new AgentChatError(code, details));
  const open = async () => {
    await settle();
    links.at(-1)!.handlers.onOpen();
  };
  return { connection, environment, statuses, errors, refusal, states, links, tokens, lose, open };
}
