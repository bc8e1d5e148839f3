import { inTurns } from '@agent-chat/load';
import { ApiFailure } from '../run/api';
import { renewed } from '../run/session';
import { type Person } from '../run/share';
import { sharedNowMs } from '../run/shared-clock';
import { type Connection } from './connection';

const LOOK_EVERY_MS = 2_000;
const WIDTH = 4;

/** Everybody's tokens, replaced before they end, as a real client does. */
export class Renewals {
  private readonly people: Person[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    people: readonly Person[],
    private readonly url: (person: number) => string,
    private readonly onFailure: (code: string) => void,
  ) {
    this.people = [...people];
  }

  token(person: number): string {
    return this.people[person]?.accessToken ?? '';
  }

  /** The server has refused this person's token before its time. */
  renewSoon(index: number): void {
    const person = this.people[index];
    if (person !== undefined) this.people[index] = { ...person, renewAtMs: 0 };
  }

  start(connectionsOf: (person: number) => readonly Connection[]): void {
    const look = async (): Promise<void> => {
      const nowMs = sharedNowMs();
      const due = [...this.people.keys()].filter((person) => (this.people[person]?.renewAtMs ?? 0) <= nowMs);
      await inTurns(due.length, WIDTH, async (index) => {
        const person = due[index] ?? 0;
        await this.renew(person, connectionsOf(person));
      });
      this.timer = setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    this.timer = setTimeout(() => void look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async renew(index: number, connections: readonly Connection[]): Promise<void> {
    const person = this.people[index];
    if (person === undefined) return;
    try {
      const fresh = await renewed(this.url(index), person);
      this.people[index] = fresh;
      for (const connection of connections) if (connection.isLive) connection.call('auth.renew', JSON.stringify({ token: fresh.accessToken }), () => undefined);
    } catch (error) {
      this.onFailure(error instanceof ApiFailure ? error.code : 'NETWORK');
    }
  }
}
