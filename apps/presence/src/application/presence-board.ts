import { type Presence } from '@agent-chat/contracts';
import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { Clock, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { combinedPresence, type Report } from '../domain/combined-presence';

/** How long it is remembered when somebody was last seen. */
const LAST_SEEN_TTL_MS = 30 * 24 * 60 * 60 * 1_000;

const presenceKey = (userId: UserId): string => `presence:user:${userId}`;
const seenKey = (userId: UserId): string => `presence:seen:${userId}`;

/** What gateways say of people, as long as they repeat it. */
@Injectable()
export class PresenceBoard {
  constructor(
    private readonly store: EphemeralStore,
    private readonly clock: Clock,
  ) {}

  async put(gatewayId: string, userId: UserId, report: Report, ttlMs: number): Promise<void> {
    await this.store.setField(presenceKey(userId), gatewayId, JSON.stringify(report), ttlMs);
  }

  async remove(gatewayId: string, userId: UserId): Promise<void> {
    await this.store.removeField(presenceKey(userId), gatewayId);
    await this.markSeen(userId);
  }

  async markSeen(userId: UserId): Promise<void> {
    await this.store.setField(seenKey(userId), 'at', this.clock.nowIso(), LAST_SEEN_TTL_MS);
  }

  /** How people are seen now, in the order asked. */
  async read(userIds: readonly UserId[]): Promise<Presence[]> {
    const [reports, seen] = await Promise.all([this.store.fields(userIds.map(presenceKey)), this.store.fields(userIds.map(seenKey))]);
    return userIds.map((userId, at) => {
      const said = [...(reports[at]?.values() ?? [])].map((text) => JSON.parse(text) as Report);
      return combinedPresence(userId, said, seen[at]?.get('at'));
    });
  }

  /** The gateways that people are connected to, in the order asked. */
  async gatewaysOf(userIds: readonly UserId[]): Promise<string[][]> {
    return (await this.store.fields(userIds.map(presenceKey))).map((fields) => [...fields.keys()]);
  }
}
