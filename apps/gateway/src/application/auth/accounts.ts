import { type User } from '@agent-chat/contracts';

/** Somebody who logs in with a password. */
export interface Account {
  readonly user: User;
  readonly passwordHash: string;
  readonly registrationKey: string | undefined;
  readonly createdAtMs: number;
}

export interface NewAccount {
  readonly username: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly registrationKey: string | undefined;
}

/** People with a password. Everything rejects with UNAVAILABLE when the directory can't be asked. */
export abstract class Accounts {
  /** Rejects with USERNAME_TAKEN. */
  abstract create(account: NewAccount): Promise<User>;

  /** The account of a username in lower case; undefined also for people of trusted issuers, who have no password here. */
  abstract find(username: string): Promise<Account | undefined>;

  /** Whether a name is taken, by whomever. */
  abstract isTaken(username: string): Promise<boolean>;
}
