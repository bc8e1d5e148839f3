import { type Attachment, type Room } from '@agent-chat/client';
import { useEffect, useState, type ReactNode } from 'react';
import { client } from '../../core/client';
import { nameOf, usePeopleRevision, usePerson } from '../../core/people';
import { useSelected } from '../../core/store';
import { t } from '../../core/translate';
import { plainText } from '../../text/parse-text';
import { Icon } from '../../ui/icon';
import { messageWords } from '../files/file-words';

interface Quoted {
  readonly authorId: string;
  readonly text?: string | undefined;
  readonly attachments: readonly Attachment[];
  readonly seq?: number | undefined;
}

/** Messages that are quoted, but lie far above: read once. */
const fetched = new Map<string, Promise<Quoted | undefined>>();

function fetchQuoted(roomId: string, messageId: string): Promise<Quoted | undefined> {
  const known = fetched.get(messageId);
  if (known !== undefined) return known;
  // A quote that can't be shown says so, and is asked for again at the next look.
  const asked = client.messages.get(roomId, messageId).catch(() => {
    fetched.delete(messageId);
    return undefined;
  });
  fetched.set(messageId, asked);
  return asked;
}

function useQuoted(roomId: string, messageId: string): Quoted | undefined {
  const loaded = useSelected(client.room(roomId).timeline, ({ items }) => items.find((item) => item.messageId === messageId));
  const [quoted, setQuoted] = useState<Quoted>();
  const isLoaded = loaded !== undefined;
  useEffect(() => {
    if (isLoaded) return;
    let isOver = false;
    void fetchQuoted(roomId, messageId).then((message) => {
      if (!isOver) setQuoted(message);
    });
    return () => {
      isOver = true;
    };
  }, [roomId, messageId, isLoaded]);
  return loaded ?? quoted;
}

interface QuoteProps {
  readonly room: Room;
  readonly messageId: string;
  readonly tabIndex: number;
  readonly onShow: (seq: number) => void;
}

/** What a message answers to; leads there. */
export function Quote({ room, messageId, tabIndex, onShow }: QuoteProps): ReactNode {
  const quoted = useQuoted(room.roomId, messageId);
  const author = usePerson(quoted?.authorId ?? '');
  usePeopleRevision();
  const { seq, text, attachments = [] } = quoted ?? {};
  return (
    <button type="button" className="quote" tabIndex={tabIndex} disabled={seq === undefined} onClick={() => seq !== undefined && onShow(seq)}>
      <Icon name="reply" size={14} />
      <strong className="name">{author?.displayName ?? '…'}</strong>
      <span className="ellipsis" dir="auto">
        {text === undefined ? t('a message that is gone') : messageWords(plainText(text, nameOf), attachments)}
      </span>
    </button>
  );
}
