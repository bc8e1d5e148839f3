import { type User } from './types';

/** Knows who is signed in when the tokens come from elsewhere: asks the server, and remembers the answer for an offline start. */
export class Identity {
  private current: User | undefined;
  private asking: Promise<User> | undefined;

  constructor(
    private readonly me: () => Promise<User>,
    private readonly storage: { read(): Promise<User | undefined>; write(user: User): Promise<void> },
    private readonly onChange: (user: User) => void,
  ) {}

  get user(): User | undefined {
    return this.current;
  }

  /** The remembered person at once, the server's answer otherwise. */
  async restore(): Promise<User> {
    const known = this.current ?? (await this.storage.read());
    if (known === undefined) return this.verify();
    this.adopt(known);
    return known;
  }

  /** Asks the server; the tokens may be somebody else's by now. */
  verify(): Promise<User> {
    this.asking ??= this.me()
      .then(async (user) => {
        await this.storage.write(user);
        this.adopt(user);
        return user;
      })
      .finally(() => {
        this.asking = undefined;
      });
    return this.asking;
  }

  private adopt(user: User): void {
    const before = this.current?.userId;
    this.current = user;
    if (before !== user.userId) this.onChange(user);
  }
}
