import { type GatewayId } from '@agent-chat/kernel';

/** What kind of thing a message is; a listener gets each kind apart. */
export type BackplaneChannel = 'answers' | 'events' | 'ephemeral' | 'users' | 'control';

/** Receives messages of one sender in the order they were published. Must not throw; what it throws is logged and dropped. */
export type BackplaneListener = (channel: BackplaneChannel, message: string) => void;

/** What ends a listening. Safe to call twice. */
export interface Listening {
  stop(): Promise<void>;
}

/**
 * Best-effort fan-out to named gateways. A message may be lost (`seq` is the guarantee, P27), but messages from one publisher
 * to one gateway that do arrive keep their order and are not doubled. Messages are text.
 */
export abstract class Backplane {
  /**
   * Starts receiving under a gateway's name and holds its lease until `stop` or death. A name belongs to who listened last: whoever had it
   * gets nothing more. Resolves also while the carrier is away, and receives when it is back. Rejects with UNAVAILABLE after `close`.
   */
  abstract listen(gateway: GatewayId, listener: BackplaneListener): Promise<Listening>;

  /** Sends one message to each of the gateways. One that isn't there is skipped. Rejects with UNAVAILABLE if it certainly reached none, with TIMEOUT if that is not known. */
  abstract publish(gateways: readonly GatewayId[], channel: BackplaneChannel, message: string): Promise<void>;

  /** The gateways whose leases live; one that has died may stay among them until its lease lapses. Rejects with UNAVAILABLE. */
  abstract gateways(): Promise<readonly GatewayId[]>;

  /** Whether that gateway's lease lives, without looking at any other's. Rejects with UNAVAILABLE. */
  abstract lives(gateway: GatewayId): Promise<boolean>;

  /** Stops every listening. Safe to call twice. */
  abstract close(): Promise<void>;
}
