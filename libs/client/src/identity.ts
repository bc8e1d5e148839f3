import { type ClientStorage } from './storage';
import { type User } from './types';

/** Knows who is signed in when the tokens come from elsewhere: asks the server, and remembers the answer for an offline start. */
export class Identity {
  private current: User | undefined;
  private asking: Promise<User> | undefined;

  constructor(
    private readonly me: () => Promise<User>,
    private readonly storage: ClientStorage,
    private readonly storageKey: string,
    private readonly onChange: (user: User) => void,
  ) {}

  get user(): User | undefined {
    return this.current;
  }

  /** The remembered person at once, the server's answer otherwise. */
  async restore(): Promise<User> {
    const known = this.current ?? (await this.remembered());
    if (known === undefined) return this.verify();
    this.adopt(known);
    return known;
  }

  /** Asks the server; the tokens may be somebody else's by now. */
  verify(): Promise<User> {
    this.asking ??= this.me()
      .then(async (user) => {
        await this.storage.set(this.storageKey, JSON.stringify(user));
        this.adopt(user);
        return user;
      })
      .finally(() => {
        this.asking = undefined;
      });
    return this.asking;
  }

  private async remembered(): Promise<User | undefined> {
    const text = await this.storage.get(this.storageKey);
    return typeof text === 'string' ? (JSON.parse(text) as User) : undefined;
  }

  private adopt(user: User): void {
    const before = this.current?.userId;
    this.current = user;
    if (before !== user.userId) this.onChange(user);
  }
}
