import { useState, type SyntheticEvent, type ReactNode } from 'react';
import { client } from '../../core/client';
import { openRoom } from '../../core/router';
import { dayOf } from '../../core/time';
import { attempt, toastInfo } from '../../core/toasts';
import { t } from '../../core/translate';
import { ActionButton } from '../../ui/controls';
import { DateField } from './date-field';

/** Opens the room at the first message of a day, or of the next day that has one. */
async function openAt(roomId: string, day: string): Promise<void> {
  const { items } = await client.messages.history(roomId, { around: new Date(`${day}T00:00:00`).toISOString(), limit: 1 });
  const seq = items[0]?.seq;
  if (seq === undefined) toastInfo(t('Nothing was written here yet'));
  else openRoom(roomId, seq);
}

/** The way to a day of the room. */
export function JumpToDate({ roomId }: { readonly roomId: string }): ReactNode {
  const [day, setDay] = useState('');
  const onSubmit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (day !== '') void attempt(() => openAt(roomId, day));
  };
  return (
    <form className="date-row" onSubmit={onSubmit}>
      <DateField label={t('Jump to a day')} value={day} onChange={setDay} max={dayOf(new Date())} />
      <ActionButton type="submit" isDisabled={day === ''}>
        {t('Go')}
      </ActionButton>
    </form>
  );
}
