import { type ReactNode } from 'react';
import { useRoomList } from '../../core/client';
import { navigate } from '../../core/router';
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
      title={isNew ? 'Your first conversation' : 'Pick a conversation'}
      actions={
        <>
          <ActionButton look="primary" onPress={() => navigate({ page: 'discover' })}>
            Discover rooms
          </ActionButton>
          <ActionButton onPress={() => openDialog('direct')}>Message somebody</ActionButton>
          <ActionButton onPress={() => openDialog('create-room')}>Create a room</ActionButton>
        </>
      }
    >
      {isNew ? 'Join a public room, write to somebody, or open a room of your own.' : 'Choose one on the left, or press Ctrl K to jump to any room.'}
    </EmptyState>
  );
}
