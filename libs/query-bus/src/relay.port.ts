import { type ServiceName } from '@agent-chat/contracts';
import { type IncomingMessage, type ServerResponse } from 'node:http';

/** What whoever hands a request over has found out about it, such as who asks. */
export type RelayFacts = Readonly<Record<string, string>>;

/** Answers a request by itself. What it rejects with is told to the client by whoever handed the request over, as long as nothing was answered. */
export type RelayHandler = (request: IncomingMessage, response: ServerResponse, facts: RelayFacts) => Promise<void>;

/** Requests whose bytes another service takes and answers: files. Everything else is a question for the `QueryBus`. */
export abstract class Relay {
  /**
   * Hands a request to any process of the service: method, path, headers (but for the caller's token and cookies) and body, as it arrives; what that answers goes to the client as it comes.
   * Resolves when the answer has ended, or the client is gone, which the other process is told. Rejects, with nothing answered, with the `AppError` that the handler
   * rejected with (anything else becomes INTERNAL), or with UNAVAILABLE where no process takes it, or the one that did is gone. An answer that breaks off is cut, so that the client knows.
   */
  abstract hand(service: ServiceName, request: IncomingMessage, response: ServerResponse, facts: RelayFacts): Promise<void>;

  /** Declares who takes what is handed to a service. Throws if this process takes it already. */
  abstract take(service: ServiceName, handler: RelayHandler): void;

  /** Hands nothing over any more. Safe to call twice. */
  abstract close(): Promise<void>;
}
