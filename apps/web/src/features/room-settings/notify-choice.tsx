import { type Room, type RoomNotify } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { useBrowserNotices } from '../../core/browser-notices';
import { chooseNotify, defaultNotify, useChosenNotify } from '../../core/room-preferences';
import { attempt } from '../../core/toasts';
import { msg, t } from '../../core/translate';
import { Choice } from '../../ui/controls';
import { openDialog } from '../shell/open-dialog';

const LABELS: Readonly<Record<RoomNotify, string>> = { all: msg('All messages'), mentions: msg('Only when I am named'), nothing: msg('Nothing') };
const NOTIFY = Object.keys(LABELS) as RoomNotify[];

/** Of which messages of the room I am told; the same on all my devices. */
export function NotifyChoice({ room }: { readonly room: Room }): ReactNode {
  const chosen = useChosenNotify(room.roomId);
  const browser = useBrowserNotices();
  const usual = t('As usual: {what}', { what: t(LABELS[defaultNotify(room.kind)]) });
  const options = [{ id: '', label: usual }, ...NOTIFY.map((id) => ({ id, label: t(LABELS[id]) }))];
  const choose = (id: string): void => void attempt(() => chooseNotify(room.roomId, NOTIFY.find((known) => known === id) ?? null));
  return (
    <div className="panel-form">
      <Choice label={t('Notify me of')} value={chosen ?? ''} options={options} onChange={choose} />
      {browser === 'off' && (
        <button type="button" className="text-button" onClick={() => openDialog('preferences')}>
          {t('Browser notifications are off…')}
        </button>
      )}
    </div>
  );
}
