import { type BackplaneChannel } from '../../backplane.port';

/** One message on its way. */
export interface Letter {
  readonly channel: BackplaneChannel;
  readonly message: string;
}

/** Everything that one publisher sends to one gateway at once. Numbers of a publisher grow with each envelope to a gateway. */
export interface Envelope {
  readonly publisher: string;
  readonly number: number;
  readonly letters: readonly Letter[];
}

const LETTERS: Readonly<Record<BackplaneChannel, string>> = { answers: 'a', events: 'e', ephemeral: 'p', users: 'u', control: 'c' };
const CHANNELS = new Map(Object.entries(LETTERS).map(([channel, letter]) => [letter, channel as BackplaneChannel]));
/** A head line with the length of each message, then the messages as they are: quoting them in JSON once more would cost both sides. */
const HEAD = /^([\w-]+) (\d+)((?: [aepuc]\d+)*)$/;

/** The envelope as text. */
export function seal({ publisher, number, letters }: Envelope): string {
  const lengths = letters.map(({ channel, message }) => ` ${LETTERS[channel]}${message.length}`).join('');
  return `${publisher} ${number}${lengths}\n${letters.map(({ message }) => message).join('')}`;
}

/** The envelope that a text holds; undefined for anything else. */
export function unseal(text: string): Envelope | undefined {
  const end = text.indexOf('\n');
  const head = HEAD.exec(text.slice(0, Math.max(end, 0)));
  if (!head) return undefined;
  const letters: Letter[] = [];
  let at = end + 1;
  for (const mark of head[3]?.split(' ').slice(1) ?? []) {
    const channel = CHANNELS.get(mark.charAt(0));
    if (channel === undefined) return undefined;
    const length = Number(mark.slice(1));
    letters.push({ channel, message: text.slice(at, at + length) });
    at += length;
  }
  return at === text.length ? { publisher: head[1] ?? '', number: Number(head[2]), letters } : undefined;
}
