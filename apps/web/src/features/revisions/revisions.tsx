import { type MessageRevision, type TimelineItem } from '@agent-chat/client';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { client } from '../../core/client';
import { fullTimeLabel } from '../../core/time';
import { t } from '../../core/translate';
import { RichText } from '../../text/rich-text';
import { Sheet } from '../../ui/dialog';
import { ErrorState, LoadingState } from '../../ui/states';

interface Version {
  readonly key: number;
  readonly text: string;
  readonly at: string;
}

/** Every text of the message, the newest first, each with when it was written. */
function versionsOf({ text = '', editedAt, createdAt, seq = 0 }: TimelineItem, revisions: readonly MessageRevision[]): readonly Version[] {
  const before = revisions.map((revision) => ({ key: revision.seq, text: revision.text, at: revision.at }));
  return [{ key: seq + 0.5, text, at: editedAt ?? createdAt }, ...before.reverse()];
}

/** What a message said before it was edited; for its author and the room's moderators. */
export function Revisions({ message, onClose }: { readonly message: TimelineItem; readonly onClose: () => void }): ReactNode {
  const [revisions, setRevisions] = useState<readonly MessageRevision[]>();
  const [error, setError] = useState<unknown>();
  const { roomId, messageId = '' } = message;
  const load = useCallback(() => {
    setError(undefined);
    client.messages.revisions(roomId, messageId).then(({ items }) => setRevisions(items), setError);
  }, [roomId, messageId]);
  useEffect(load, [load]);
  return (
    <Sheet title={t('Earlier versions')} isOpen onClose={onClose}>
      <div className="dialog-body">
        {error !== undefined && <ErrorState error={error} onRetry={load} />}
        {error === undefined && revisions === undefined && <LoadingState label={t('Loading')} />}
        {revisions !== undefined && (
          <ol className="versions">
            {versionsOf(message, revisions).map(({ key, text, at }, index) => (
              <li key={key}>
                <p className="muted">
                  {index === 0 && <strong>{t('Now')} · </strong>}
                  <time dateTime={at}>{fullTimeLabel(at)}</time>
                </p>
                <RichText text={text} />
              </li>
            ))}
          </ol>
        )}
      </div>
    </Sheet>
  );
}
