import { asKnownEvent, type RoomHandle } from '@agent-chat/client';
import { useEffect, useState, type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { nameOf, people } from '../../core/people';
import { t } from '../../core/translate';
import { plainText } from '../../text/parse-text';
import { messageWords } from '../files/file-words';

const KEPT = 3;

/** Reads new messages of others out to those who listen. */
export function Announcer({ handle }: { readonly handle: RoomHandle }): ReactNode {
  const me = useMyId();
  const [spoken, setSpoken] = useState<readonly { readonly key: number; readonly words: string }[]>([]);
  useEffect(
    () =>
      handle.on('event', (event) => {
        const known = asKnownEvent(event);
        if (known?.type !== 'message.posted' || known.data.authorId === me) return;
        people.ask(known.data.authorId);
        const words = `${nameOf(known.data.authorId)}: ${messageWords(plainText(known.data.text ?? '', nameOf), known.data.attachments)}`;
        setSpoken((before) => [...before, { key: event.seq, words }].slice(-KEPT));
      }),
    [handle, me],
  );
  return (
    <div className="sr-only" role="log" aria-live="polite" aria-relevant="additions" aria-label={t('New messages')}>
      {spoken.map(({ key, words }) => (
        <p key={key}>{words}</p>
      ))}
    </div>
  );
}
