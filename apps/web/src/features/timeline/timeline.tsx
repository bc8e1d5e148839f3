import { type Room, type RoomHandle } from '@agent-chat/client';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { permissionsIn } from '../../core/permissions';
import { useStore } from '../../core/store';
import { toastError } from '../../core/toasts';
import { t } from '../../core/translate';
import { ActionButton } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { ErrorState, LoadingState } from '../../ui/states';
import { addPeople } from '../shell/panel';
import { Announcer } from './announcer';
import { JumpButtons } from './jump-buttons';
import { type MessageActions } from './message-actions';
import { MessageRow } from './message-row';
import { RoomBeginning } from './room-beginning';
import { timelineRows, type TimelineRow } from './timeline-rows';
import { useJump } from './use-jump';
import { useMessageKeys } from './use-message-keys';
import { useReading } from './use-reading';
import { useVirtualRows, type VirtualRows } from './use-virtual-rows';

interface TimelineProps {
  readonly room: Room;
  readonly handle: RoomHandle;
  readonly jumpSeq: number | undefined;
  readonly actions: MessageActions;
}

/** One's own new message is always shown. */
function useOwnInSight(rows: readonly TimelineRow[], { scrollToEnd }: VirtualRows): void {
  const last = rows.at(-1);
  const pending = last?.item.state === 'pending' ? last.key : undefined;
  useEffect(() => {
    if (pending !== undefined) scrollToEnd();
  }, [pending, scrollToEnd]);
}

function Nothing({ room, isLoading }: { readonly room: Room; readonly isLoading: boolean }): ReactNode {
  if (isLoading) return <LoadingState label={t('Loading messages')} />;
  return (
    <RoomBeginning room={room}>
      {permissionsIn(room).canAdd && (
        <ActionButton onPress={() => addPeople(room.roomId)}>
          <Icon name="plus" size={16} /> {t('Add people')}
        </ActionButton>
      )}
    </RoomBeginning>
  );
}

/** The messages of a room: only those in sight are in the page, whatever their number. */
export function Timeline({ room, handle, jumpSeq, actions }: TimelineProps): ReactNode {
  const me = useMyId();
  const snapshot = useStore(handle.timeline);
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string>();
  const { readSeq, isAtEnd, setAtEnd } = useReading(room, handle, snapshot);
  const { items, hasOlder, hasNewer } = snapshot;
  const rows = useMemo(() => timelineRows(items, { me, readSeq, hasOlder }), [items, me, readSeq, hasOlder]);
  const virtual = useVirtualRows({ rows, scroller, handle, hasOlder, hasNewer, active, setAtEnd });
  const { flashing, toNewest, toSeq } = useJump({ rows, virtual, handle, jumpSeq, snapshot, roomId: room.roomId });
  const onKeyDown = useMessageKeys({ rows, virtual, scroller, active, setActive, actions, room });
  const retry = useCallback(() => void handle.timeline.loadLatest().catch(toastError), [handle]);

  useOwnInSight(rows, virtual);

  const isEmpty = rows.length === 0;
  if (isEmpty && snapshot.error !== undefined && snapshot.loading === undefined) return <ErrorState error={snapshot.error} onRetry={retry} />;
  return (
    <div className="timeline-frame">
      {isEmpty && <Nothing room={room} isLoading={snapshot.loading !== undefined} />}
      <div className="timeline" ref={scroller} onKeyDown={onKeyDown} role="list" aria-label={t('Messages')} aria-busy={snapshot.loading !== undefined}>
        <div className="timeline-size" ref={virtual.sizer}>
          {virtual.items.map((virtualRow) => {
            const row = rows[virtualRow.index];
            if (row === undefined) return null;
            return (
              <div className="timeline-row" key={row.key} data-index={virtualRow.index} ref={virtual.measure} role="listitem">
                {virtualRow.index === 0 && !hasOlder && <RoomBeginning room={room} />}
                <MessageRow
                  row={row}
                  room={room}
                  actions={actions}
                  isFlashing={flashing !== undefined && flashing === row.item.seq}
                  isTabStop={active === undefined ? virtualRow.index === rows.length - 1 : active === row.key}
                  onFocus={setActive}
                  onShow={toSeq}
                />
              </div>
            );
          })}
        </div>
      </div>
      {snapshot.loading === 'older' && <div className="loading-older">{t('Loading older messages…')}</div>}
      <JumpButtons room={room} rows={rows} readSeq={readSeq} isAtEnd={isAtEnd} hasNewer={hasNewer} hasOlder={hasOlder} onNewest={toNewest} onUnread={toSeq} />
      <Announcer handle={handle} />
    </div>
  );
}
