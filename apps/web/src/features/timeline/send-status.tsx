import { type TimelineItem } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { t } from '../../core/translate';
import { Icon } from '../../ui/icon';
import { lazyPart } from '../../ui/lazy-part';

const NotSent = lazyPart(
  async () => (await import('./not-sent')).NotSent,
  () => (
    <p className="send-status" data-state="failed">
      <Icon name="alert" size={14} /> {t('Not sent')}
    </p>
  ),
);

/** How far a message of one's own has come, and what can be done about it. */
export function SendStatus({ item }: { readonly item: TimelineItem }): ReactNode {
  if (item.state === 'sent') return null;
  if (item.state === 'pending') {
    return (
      <p className="send-status" data-state="pending">
        <Icon name="clock" size={13} /> {t('Sending…')}
      </p>
    );
  }
  return <NotSent item={item} />;
}
