import { ROOM_MENTION } from '@agent-chat/contracts';

const MENTION = /<@(room|[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})>/g;
/** The user id under which a mention of everyone in the room is stored. */
export const EVERYONE = '00000000-0000-0000-0000-000000000000';
/** Most different people that one message can name. */
export const MAX_MENTIONS = 100;

/** Who a text names, each once: user ids, and `room` for everyone; at most 100. */
export function mentionsIn(text: string): string[] {
  if (!text.includes('<@')) return [];
  const named = new Set<string>();
  for (const match of text.matchAll(MENTION)) {
    named.add(match[1] ?? ROOM_MENTION);
    if (named.size === MAX_MENTIONS) break;
  }
  return [...named];
}
