import { createHash, timingSafeEqual } from 'node:crypto';

/** The secret that processes of one installation share. Of several, the first is sent and each is accepted, so that it can be changed without a break. */
export class ServiceSecret {
  /** The value of the `Authorization` header. */
  readonly header: string;
  private readonly accepted: readonly Buffer[];

  constructor(secrets: readonly string[]) {
    const [sent] = secrets;
    // Without one everybody would be let in.
    if (sent === undefined) throw new Error('Processes that ask each other need INTERNAL_SECRET');
    this.header = `Bearer ${sent}`;
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
