import { type Presence, type PresenceStatus } from '@agent-chat/contracts';

/** What one gateway says of a person. */
export interface Report {
  readonly status: PresenceStatus;
  readonly text?: string;
}

/** How others see somebody, from what all gateways say: online anywhere is online, and the text is one that was said of that. */
export function combinedPresence(userId: Presence['userId'], reports: readonly Report[], lastSeenAt: string | undefined): Presence {
  const shown = reports.find(({ status }) => status === 'online') ?? reports.find(({ status }) => status === 'away');
  if (shown === undefined) return { userId, status: 'offline', ...(lastSeenAt === undefined ? {} : { lastSeenAt }) };
  const text = reports.find((report) => report.status === shown.status && report.text !== undefined)?.text;
  return { userId, status: shown.status, ...(text === undefined ? {} : { text }) };
}

/** Whether others would notice a difference. */
export function looksSame(one: Presence | undefined, other: Presence): boolean {
  return one?.status === other.status && one.text === other.text;
}
