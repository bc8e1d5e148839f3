import { type AgentChatError } from './errors';

/** What a connection tells. Nothing is told after `onClosed`. */
export interface TransportHandlers {
  readonly onOpen: () => void;
  readonly onFrame: (name: string, body: unknown) => void;
  /** The connection ended, or never came to be; `error` says why when the server told, `NETWORK_ERROR` otherwise. */
  readonly onClosed: (error: AgentChatError) => void;
}

/** One connection; once closed it stays closed. */
export interface Transport {
  /** The acknowledgement's content. Rejects with what the server refused, TIMEOUT, or NETWORK_ERROR when the connection ended first: then it may have been done. */
  request(call: string, body: unknown, timeoutMs: number): Promise<unknown>;
  /** Ends it at once; `onClosed` is not called for that. */
  close(): void;
}

/** Opens a connection. Never throws: failures come by `onClosed`. */
export type OpenTransport = (options: { readonly url: string; readonly token: string; readonly handlers: TransportHandlers }) => Transport;
