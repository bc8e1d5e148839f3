import { type WireWriter } from './wire-writer';

/** For how long the broker wants to be left alone, in milliseconds; kafkajs sees to it. */
export interface Throttling {
  readonly clientSideThrottleTime: number;
}

/** One kind of request in the one version that is spoken here, and how to read its answer. */
export interface WireApi<Request, Answer extends Throttling, Context = undefined> {
  readonly name: string;
  readonly key: number;
  readonly version: number;
  readonly encode: (request: Request) => WireWriter;
  /** Throws where the answer is not of that version's form. */
  readonly decode: (bytes: Buffer, context: Context) => Answer;
}
