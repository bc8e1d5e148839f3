import { type TimelineItem } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { client } from '../../core/client';
import { attempt } from '../../core/toasts';
import { t } from '../../core/translate';
import { Icon } from '../../ui/icon';
import { explainFileError } from '../files/explain-file-error';

function Choices({ item, retry }: { readonly item: TimelineItem; readonly retry: string }): ReactNode {
  const room = client.room(item.roomId);
  return (
    <>
      <button type="button" className="text-button" onClick={() => void attempt(() => room.retry(item.clientMsgId))}>
        {retry}
      </button>
      <button type="button" className="text-button" onClick={() => void attempt(() => room.discard(item.clientMsgId))}>
        {t('Discard')}
      </button>
    </>
  );
}

/** Why a message of one's own was not sent, and what can be done about it. */
export function NotSent({ item }: { readonly item: TimelineItem }): ReactNode {
  if (item.state === 'needs-confirmation') {
    return (
      <p className="send-status" data-state="waiting">
        <Icon name="alert" size={14} /> {t('Written days ago and never sent.')} <Choices item={item} retry={t('Send it now')} />
      </p>
    );
  }
  const { title, advice } = explainFileError(item.error);
  return (
    <p className="send-status" data-state="failed" role="alert">
      <Icon name="alert" size={14} />
      <span>{t('Not sent: {title}. {advice}', { title, advice })}</span>
      <Choices item={item} retry={t('Try again')} />
    </p>
  );
}
