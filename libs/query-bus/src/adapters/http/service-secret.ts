import { createHash, timingSafeEqual } from 'node:crypto';

/** The secret that processes of one installation share. Of several, the first is sent and each is accepted, so that it can be changed without a break. */
export class ServiceSecret {
  /** The value of the `Authorization` header. */
  readonly header: string;
  private readonly accepted: readonly Buffer[];

  constructor(secrets: readonly [string, ...string[]]) {
    this.header = `Bearer ${secrets[0]}`;
    this.accepted = secrets.map((secret) => digest(`Bearer ${secret}`));
  }

  /** Takes as long for a wrong value as for a right one, so that its time tells nothing. */
  accepts(header: string | undefined): boolean {
    const given = digest(header ?? '');
    return this.accepted.reduce((isKnown, known) => timingSafeEqual(known, given) || isKnown, false);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
