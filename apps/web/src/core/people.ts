import { type User } from '@agent-chat/client';
import { useEffect, useSyncExternalStore } from 'react';
import { client, profileChanged } from './client';
import { t } from './translate';
import { withoutDirection } from '../text/direction';

const RETRY_MS = 15_000;

/** Profiles by userId, asked for once each when somebody is to be shown. */
class People {
  private readonly users = new Map<string, User>();
  private readonly asked = new Set<string>();
  private readonly listeners = new Set<() => void>();
  /** Grows with each change. */
  revision = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get(userId: string): User | undefined {
    return this.users.get(userId);
  }

  know(users: readonly User[]): void {
    for (const user of users) this.users.set(user.userId, { ...user, displayName: withoutDirection(user.displayName) });
    this.revision++;
    for (const listener of [...this.listeners]) listener();
  }

  /** Somebody's profile, asked for where it isn't known; undefined where that fails. */
  async find(userId: string): Promise<User | undefined> {
    const known = this.users.get(userId);
    if (known !== undefined) return known;
    const user = await client.users.get(userId).catch(() => undefined);
    if (user !== undefined) this.know([user]);
    return user;
  }

  ask(userId: string): void {
    if (userId === '' || this.users.has(userId) || this.asked.has(userId)) return;
    this.asked.add(userId);
    client.users.get(userId).then(
      (user) => this.know([user]),
      // A name is no reason to disturb anybody: the next look asks again.
      () => window.setTimeout(() => this.asked.delete(userId), RETRY_MS),
    );
  }
}

export const people = new People();

client.on('ephemeral', (items) => {
  for (const item of items) {
    if (item.type !== 'profile') continue;
    people.know([item.user]);
    if (item.user.userId === client.user?.userId) profileChanged(item.user);
  }
});

/** A person's profile; undefined until it is known. */
export function usePerson(userId: string): User | undefined {
  const user = useSyncExternalStore(people.subscribe, () => people.get(userId));
  useEffect(() => people.ask(userId), [userId]);
  return user;
}

/** Renders again whenever somebody gets known. */
export function usePeopleRevision(): number {
  return useSyncExternalStore(people.subscribe, () => people.revision);
}

/** What somebody is called; asks for it where it isn't known, and whoever follows `usePeopleRevision` renders again then. */
export function nameOf(userId: string): string {
  const user = people.get(userId);
  if (user === undefined) people.ask(userId);
  return user?.displayName ?? t('Somebody');
}
