import { type NewRoom, type Room, type User } from '@agent-chat/client';
import { useState, type SyntheticEvent, type ReactNode } from 'react';
import { RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import { client } from '../../core/client';
import { openRoom } from '../../core/router';
import { attempt } from '../../core/toasts';
import { msg, t } from '../../core/translate';
import { ActionButton, Field } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';
import { Icon } from '../../ui/icon';
import { roomIcon } from '../../ui/room-icon';
import { PeoplePicker } from '../members/people-picker';

type Kind = NewRoom['kind'];

const KINDS: readonly { readonly kind: Kind; readonly label: string; readonly words: string }[] = [
  { kind: 'public', label: msg('Public'), words: msg('Everyone can find, read and join it.') },
  { kind: 'private', label: msg('Private'), words: msg('Only those who are added or invited see it.') },
  { kind: 'announcement', label: msg('Announcements'), words: msg('Everyone can read it; admins write.') },
];

function isKind(value: string): value is Kind {
  return KINDS.some(({ kind }) => kind === value);
}

function KindChoice({ kind, onChange }: { readonly kind: Kind; readonly onChange: (kind: Kind) => void }): ReactNode {
  return (
    <RadioGroup className="kind-choice" aria-label={t('Kind of room')} value={kind} onChange={(value) => isKind(value) && onChange(value)}>
      {KINDS.map(({ kind: value, label, words }) => (
        <RadioField key={value} value={value}>
          <RadioButton className="kind-option">
            <Icon name={roomIcon(value)} />
            <span>
              <strong>{t(label)}</strong>
              <span className="hint">{t(words)}</span>
            </span>
          </RadioButton>
        </RadioField>
      ))}
    </RadioGroup>
  );
}

/** Makes a room of one of the kinds. */
export function CreateRoom({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [kind, setKind] = useState<Kind>('public');
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [people, setPeople] = useState<readonly User[]>([]);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const create = async (): Promise<void> => {
    if (name.trim() === '') {
      setError(t('A room needs a name.'));
      return;
    }
    setBusy(true);
    const memberIds = people.map(({ userId }) => userId);
    const wanted: NewRoom = {
      kind,
      name: name.trim(),
      ...(topic.trim() === '' ? {} : { topic: topic.trim() }),
      ...(memberIds.length === 0 ? {} : { memberIds }),
    };
    let room: Room | undefined;
    await attempt(async () => {
      room = await client.rooms.create(wanted);
    });
    setBusy(false);
    if (room === undefined) return;
    client.roomList.put(room);
    openRoom(room.roomId);
    onClose();
  };
  const onSubmit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void create();
  };
  return (
    <Sheet title={t('Create a room')} isOpen onClose={onClose}>
      <form className="dialog-body" onSubmit={onSubmit} noValidate>
        <Field
          label={t('Name')}
          value={name}
          onChange={(value) => {
            setName(value);
            setError(undefined);
          }}
          error={error}
          maxLength={80}
          placeholder={t('design, book-club, lunch…')}
          autoFocus
        />
        <Field label={t('Topic (you can leave it empty)')} value={topic} onChange={setTopic} maxLength={250} />
        <KindChoice kind={kind} onChange={setKind} />
        <PeoplePicker label={t('Add people (you can do it later)')} picked={people} onChange={setPeople} />
        <div className="dialog-actions">
          <ActionButton look="quiet" onPress={onClose}>
            {t('Cancel')}
          </ActionButton>
          <ActionButton type="submit" look="primary" isPending={isBusy}>
            {t('Create room')}
          </ActionButton>
        </div>
      </form>
    </Sheet>
  );
}
