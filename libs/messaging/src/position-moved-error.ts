/** Another process has handled these events, or the group was reset: what was done on top must be rolled back. */
export class PositionMovedError extends Error {
  constructor(group: string, partition: number) {
    super(`The position of ${group} in partition ${partition} was moved by somebody else`);
    this.name = 'PositionMovedError';
  }
}
