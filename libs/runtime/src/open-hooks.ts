/** What opening the ports may tell while it goes on. */
export interface OpenHooks {
  readonly log: (line: string) => void;
  /** Something outside isn't there yet, and is tried again; the line says what to do about it. Told at each try. */
  readonly onWaiting: (line: string) => void;
  /** Nothing can go on: a server that this process started has ended by itself, or a database that was away at the start is of no use here. */
  readonly onFatal: (reason: string) => void;
}
