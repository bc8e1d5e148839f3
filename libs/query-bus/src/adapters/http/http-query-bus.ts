import { type QueryAnswer, type QueryInput, type QueryName, type ServiceName } from '@agent-chat/contracts';
import { AppError, newRequestId } from '@agent-chat/kernel';
import { type Breakers } from '@agent-chat/resilience';
import { NotTheOwnerError } from '../../not-the-owner.error';
import { type AskOptions, QueryBus, type QueryHandler } from '../../query-bus.port';
import { readText } from '../../json-text';
import { QueryHandlers } from '../../query-handlers';
import { callLocally, type HandlerFailure } from '../local-call';
import { AnyInstance } from './any-instance';
import { InstanceChoice } from './instance-choice';
import { OwnerAddresses } from './owner-addresses';
import { PartitionOwner } from './partition-owner';
import { QueryClient, type Question, type Reply } from './query-client';
import { measured } from './query-metrics';
import { type QueryServer } from './query-server';
import { MAX_QUESTION_BYTES } from './query-wire';
import { type ServiceSecret } from './service-secret';
import { UnansweredError } from './unanswered.error';

export interface HttpQueryBusOptions {
  /** The door at which this process is asked; the bus closes it. */
  readonly server: QueryServer;
  readonly secret: ServiceSecret;
  /** `host:port` under which the door is known to others. */
  readonly address: string;
  /** `host:port` of the running processes of a service, as known now. */
  readonly addressesOf: (service: ServiceName) => readonly string[];
  /** `host:port` of the present owner of a partition; undefined while there is none. */
  readonly ownerOf: (partition: number) => Promise<string | undefined>;
  readonly breakers: Breakers;
  /** Told of a handler that failed with what no caller may see. */
  readonly onHandlerFailure: HandlerFailure;
  /** Told of each answer that says that the other process has another secret. */
  readonly onWrongSecret: () => void;
}

/** Questions between processes, each an HTTP request with a deadline; a question that this process answers itself never leaves it. */
export class HttpQueryBus extends QueryBus {
  private readonly handlers = new QueryHandlers();
  private readonly client: QueryClient;
  private readonly anyInstance: AnyInstance;
  private readonly partitionOwner: PartitionOwner;

  constructor(private readonly options: HttpQueryBusOptions) {
    super();
    const { server, secret, address, addressesOf, ownerOf, breakers, onHandlerFailure } = options;
    const client = new QueryClient(secret);
    this.client = client;
    this.anyInstance = new AnyInstance({ client, choice: new InstanceChoice(), breakers, addressesOf: addressesOf as (service: string) => readonly string[] });
    this.partitionOwner = new PartitionOwner({
      client,
      owners: new OwnerAddresses(ownerOf),
      breakers,
      ownAddress: address,
      askHere: (question) => this.askHere(question),
    });
    server.serve(this.handlers, onHandlerFailure);
  }

  override async ask<Name extends QueryName>(query: Name, input: QueryInput<Name>, options: AskOptions): Promise<QueryAnswer<Name>> {
    return readText(await this.call(query, input, options)) as QueryAnswer<Name>;
  }

  override async askText<Name extends QueryName>(query: Name, input: QueryInput<Name>, options: AskOptions): Promise<string> {
    return (await this.call(query, input, options)) ?? '';
  }

  override answer<Name extends QueryName>(query: Name, handler: QueryHandler<Name>): void {
    this.handlers.add(query, handler);
  }

  override async close(): Promise<void> {
    await this.handlers.close();
    await this.options.server.close();
    this.client.close();
  }

  private async call<Name extends QueryName>(query: Name, input: QueryInput<Name>, options: AskOptions): Promise<string | undefined> {
    if (this.handlers.isClosed) throw new AppError('UNAVAILABLE', { detail: 'The query bus is closed' });
    const { timeoutMs, partition } = options;
    if (partition === undefined && this.handlers.has(query)) {
      return callLocally(this.handlers, query, input, timeoutMs, this.options.onHandlerFailure);
    }
    const question = { query, body: JSON.stringify(input), requestId: newRequestId(), deadlineAtMs: performance.now() + timeoutMs };
    if (Buffer.byteLength(question.body) > MAX_QUESTION_BYTES) throw new AppError('FRAME_TOO_LARGE');
    return measured(query, this.askOthers(question, partition));
  }

  private async askOthers(question: Question, partition: number | undefined): Promise<string | undefined> {
    try {
      const { answer, error, declined } = await (partition === undefined ? this.anyInstance.ask(question) : this.partitionOwner.ask(partition, question));
      if (declined === 'wrong-secret') {
        this.options.onWrongSecret();
        // Nothing that the caller's own caller could put right by logging in.
        throw new AppError('UNAVAILABLE', { detail: 'The service cannot be reached' });
      }
      if (error !== undefined) throw error;
      return answer;
    } catch (error) {
      throw error instanceof UnansweredError ? error.toAppError() : error;
    }
  }

  /** As the owner of a partition. */
  private async askHere({ query, body, deadlineAtMs }: Question): Promise<Reply> {
    const timeoutMs = Math.max(0, deadlineAtMs - performance.now());
    try {
      return { answer: await callLocally(this.handlers, query, JSON.parse(body), timeoutMs, this.options.onHandlerFailure) };
    } catch (thrown) {
      const error = AppError.from(thrown);
      return error instanceof NotTheOwnerError ? { error, declined: 'not-the-owner' } : { error };
    }
  }
}
