import { type Message } from '@agent-chat/contracts';

/** A message that pages are put together from. It is the same for all who ask: of its reactions it knows how many, not whose. */
export interface PageMessage {
  readonly messageId: string;
  readonly seq: number;
  /** As JSON: the whole message, or what stands before and after its reactions. */
  readonly json: string | { readonly before: string; readonly after: string };
  readonly reactions: readonly { readonly emoji: string; readonly count: number }[];
  /** Of its text as JSON: what counts where a page is cut. */
  readonly textBytes: number;
  /** What it takes to keep it. */
  readonly bytes: number;
}

/** Whether the asker gave a reaction. */
export type IsMine = (messageId: string, emoji: string) => boolean;

/** Of objects, links and a map's entry beside the text; strings of anything but Latin letters take two bytes a character. */
const OVERHEAD_BYTES = 500;

export function toPageMessage(message: Message): PageMessage {
  const { messageId, seq, text, reactions } = message;
  const json = JSON.stringify(message);
  return {
    messageId,
    seq,
    json: reactions.length === 0 ? json : split(message),
    reactions: reactions.map(({ emoji, count }) => ({ emoji, count })),
    textBytes: text === undefined ? 0 : Buffer.byteLength(JSON.stringify(text)),
    bytes: OVERHEAD_BYTES + 2 * json.length,
  };
}

/** The message as the asker sees it. */
export function encodeMessage({ messageId, json, reactions }: PageMessage, isMine: IsMine): string {
  if (typeof json === 'string') return json;
  return json.before + JSON.stringify(reactions.map((reaction) => ({ ...reaction, mine: isMine(messageId, reaction.emoji) }))) + json.after;
}

/** Around the value of `reactions`, wherever it stands. */
function split(message: Message): { before: string; after: string } {
  const keys = Object.keys(message);
  const at = keys.indexOf('reactions');
  const part = (names: readonly string[]): string =>
    JSON.stringify(Object.fromEntries(names.map((name) => [name, message[name as keyof Message]]))).slice(1, -1);
  return { before: `{${part(keys.slice(0, at))},"reactions":`, after: `,${part(keys.slice(at + 1))}}` };
}
