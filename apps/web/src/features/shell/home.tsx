import { type ReactNode } from 'react';
import { useRoomList } from '../../core/client';
import { navigate } from '../../core/router';
import { t } from '../../core/translate';
import { ActionButton } from '../../ui/controls';
import { EmptyState } from '../../ui/states';
import { openDialog } from './open-dialog';

/** What is shown while no room is open. */
export function Home(): ReactNode {
  const { rooms, loaded } = useRoomList();
  const isNew = loaded && rooms.length === 0;
  return (
    <EmptyState
      icon="chat"
      title={isNew ? t('Your first conversation') : t('Pick a conversation')}
      actions={
        <>
          <ActionButton look="primary" onPress={() => navigate({ page: 'discover' })}>
            {t('Discover rooms')}
          </ActionButton>
          <ActionButton onPress={() => openDialog('direct')}>{t('Message somebody')}</ActionButton>
          <ActionButton onPress={() => openDialog('create-room')}>{t('Create a room')}</ActionButton>
        </>
      }
    >
      {isNew ? t('Join a public room, write to somebody, or open a room of your own.') : t('Choose one on the left, or press Ctrl K to jump to any room.')}
    </EmptyState>
  );
}
