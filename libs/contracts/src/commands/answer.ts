import { type ErrorBody } from '@agent-chat/kernel';

/** What a command caused, or had caused before under the same key. */
export interface CommandResult {
  /** The seq of the command's (last) event; for a no-op the room's head then (P10). */
  readonly seq: number;
  readonly epoch: number;
  /** ISO 8601; the stored time of the event. */
  readonly committedAt: string;
  /** Another call had stored this answer before (P2). */
  readonly duplicate: boolean;
  /** False when everything was so already. */
  readonly changed: boolean;
  /** Of a posted message. */
  readonly messageId?: string;
}

/** An owner's answer to one call, sent to the gateway that asked, after the commit (P8). */
export type CommandAnswer =
  | { readonly requestId: string; readonly ok: true; readonly result: CommandResult }
  | { readonly requestId: string; readonly ok: false; readonly error: ErrorBody };
