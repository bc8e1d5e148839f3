import { type Nameable } from '../../text/mentions';

/** A text that isn't sent yet, with whom it names. */
export interface DraftText {
  readonly text: string;
  readonly picked: readonly Nameable[];
}

const PREFIX = 'agent-chat:draft:';
const EMPTY: DraftText = { text: '', picked: [] };

function isDraft(value: unknown): value is DraftText {
  const { text, picked } = (value ?? {}) as Partial<DraftText>;
  return typeof text === 'string' && Array.isArray(picked);
}

/** What was being written in a room when it was left, or the page. */
export function readDraft(me: string, roomId: string): DraftText {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(`${PREFIX}${me}:${roomId}`) ?? 'null');
    return isDraft(value) ? value : EMPTY;
  } catch {
    return EMPTY;
  }
}

export function keepDraft(me: string, roomId: string, draft: DraftText): void {
  try {
    const key = `${PREFIX}${me}:${roomId}`;
    if (draft.text === '') window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // A full or forbidden storage loses drafts, nothing else.
  }
}
