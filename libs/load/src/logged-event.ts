/** An event of a room's log, as it comes from the server: unchecked, so that reading thousands of them costs little. */
export interface LoggedEvent {
  readonly roomId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly type: string;
  readonly actorId?: string;
  readonly data?: Record<string, unknown>;
}
