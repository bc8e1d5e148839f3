import { inTurns } from '@agent-chat/load';
import { ApiFailure, callApi } from '../run/api';
import { type Person } from '../run/share';
import { sharedNowMs } from '../run/shared-clock';
import { type Connection } from './connection';

interface Session {
  accessToken: string;
  refreshToken: string;
  renewAtMs: number;
}

const LOOK_EVERY_MS = 2_000;
const WIDTH = 4;
/** Of a token's life, when it is replaced. */
const RENEWED_AT = 0.75;

/** Everybody's tokens, replaced before they end, as a real client does. */
export class Renewals {
  private readonly sessions: Session[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    people: readonly Person[],
    private readonly url: (person: number) => string,
    private readonly onFailure: (code: string) => void,
  ) {
    this.sessions = people.map(({ accessToken, refreshToken, expiresInSec }) => ({ accessToken, refreshToken, renewAtMs: renewAt(expiresInSec) }));
  }

  token(person: number): string {
    return this.sessions[person]?.accessToken ?? '';
  }

  start(connectionsOf: (person: number) => readonly Connection[]): void {
    const look = async (): Promise<void> => {
      const nowMs = sharedNowMs();
      const due = this.sessions.map((session, person) => ({ session, person })).filter(({ session }) => session.renewAtMs <= nowMs);
      await inTurns(due.length, WIDTH, async (index) => {
        const { session, person } = due[index] as { session: Session; person: number };
        await this.renew(session, person, connectionsOf(person));
      });
      this.timer = setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    this.timer = setTimeout(() => void look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async renew(session: Session, person: number, connections: readonly Connection[]): Promise<void> {
    try {
      const call = { method: 'POST', body: { refreshToken: session.refreshToken } } as const;
      const { accessToken, refreshToken, expiresInSec } = await callApi<Person>(this.url(person), '/auth/refresh', call);
      Object.assign(session, { accessToken, refreshToken, renewAtMs: renewAt(expiresInSec) });
      for (const connection of connections) if (connection.isLive) connection.call('auth.renew', JSON.stringify({ token: accessToken }), () => undefined);
    } catch (error) {
      this.onFailure(error instanceof ApiFailure ? error.code : 'NETWORK');
    }
  }
}

function renewAt(expiresInSec: number): number {
  return sharedNowMs() + expiresInSec * 1_000 * RENEWED_AT;
}
