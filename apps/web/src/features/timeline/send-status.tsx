import { type TimelineItem } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { useIsConnected } from '../../core/client';
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

function OnItsWay(): ReactNode {
  const isConnected = useIsConnected();
  return (
    <p className="send-status" data-state="pending">
      <Icon name="clock" size={13} /> {isConnected ? t('Sending…') : t('Waits for the network')}
    </p>
  );
}

/** How far a message of one's own has come, and what can be done about it. */
export function SendStatus({ item }: { readonly item: TimelineItem }): ReactNode {
  if (item.state === 'sent') return null;
  return item.state === 'pending' ? <OnItsWay /> : <NotSent item={item} />;
}
