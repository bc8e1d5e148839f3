import { asKnownEvent, type Room, type RoomFile } from '@agent-chat/client';
import { useEffect, useState, type ReactNode } from 'react';
import { ToggleButton } from 'react-aria-components';
import { client } from '../../core/client';
import { usePerson } from '../../core/people';
import { openRoom } from '../../core/router';
import { shortTimeLabel } from '../../core/time';
import { t } from '../../core/translate';
import { ActionButton, Field } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states';
import { usePages } from '../../ui/use-pages';
import { useRovingFocus } from '../../ui/use-roving-focus';
import { openDialog } from '../shell/open-dialog';
import { showPanel } from '../shell/panel';
import { SidePanel } from '../shell/side-panel';
import { byMonth } from './by-month';
import './files-panel.css';
import { sizeLabel } from './file-words';
import { FileRow, Picture } from './message-files';

const PHONE = '(max-width: 719px)';
const PAGE = 48;
/** In pixels: three beside each other in the panel. */
const TILE = 104;

type Kind = 'image' | 'other';

function show({ seq }: RoomFile, roomId: string): void {
  openRoom(roomId, seq);
  if (window.matchMedia(PHONE).matches) showPanel(undefined);
}

/** Of whom a file is, and since when. */
function useOrigin({ authorId, createdAt }: RoomFile): string {
  const author = usePerson(authorId);
  return `${shortTimeLabel(createdAt, new Date())} · ${author?.displayName ?? '…'}`;
}

function Tile({ file, all, roomId }: { readonly file: RoomFile; readonly all: readonly RoomFile[]; readonly roomId: string }): ReactNode {
  const origin = useOrigin(file);
  return (
    <Picture
      file={file}
      width={TILE}
      isRoving
      note={origin}
      tabIndex={file === all[0] ? 0 : -1}
      onOpen={() => openDialog({ kind: 'pictures', pictures: all, at: all.indexOf(file), roomId })}
    />
  );
}

function Pictures({ files, all, roomId }: { readonly files: readonly RoomFile[]; readonly all: readonly RoomFile[]; readonly roomId: string }): ReactNode {
  return (
    <div className="picture-grid">
      {files.map((file) => (
        <Tile key={file.attachmentId} file={file} all={all} roomId={roomId} />
      ))}
    </div>
  );
}

function Other({ file, roomId, isFirst }: { readonly file: RoomFile; readonly roomId: string; readonly isFirst: boolean }): ReactNode {
  const origin = useOrigin(file);
  const { name, sizeBytes } = file;
  return (
    <li className="found-file">
      <FileRow file={file} isRoving tabIndex={isFirst ? 0 : -1} note={`${sizeLabel(sizeBytes)} · ${origin}`} />
      <button
        type="button"
        className="small-button"
        aria-label={t('Show {name} in the conversation', { name })}
        title={t('Show in the conversation')}
        data-roving
        tabIndex={-1}
        onClick={() => show(file, roomId)}
      >
        <Icon name="chat" size={18} />
      </button>
    </li>
  );
}

/** Looks again when something comes or goes, unless the person has gone further back. */
function useNews(roomId: string, isFirstPage: boolean, reload: () => void): void {
  useEffect(() => {
    if (!isFirstPage) return;
    return client.on('event', (event) => {
      const known = event.roomId === roomId ? asKnownEvent(event) : undefined;
      if (known?.type === 'message.deleted' || (known?.type === 'message.posted' && known.data.attachments.length > 0)) reload();
    });
  }, [roomId, isFirstPage, reload]);
}

function Found({ roomId, kind, name }: { readonly roomId: string; readonly kind: Kind; readonly name: string }): ReactNode {
  const onKeyDown = useRovingFocus();
  const { items, state, error, hasMore, more, reload } = usePages<RoomFile>(`${roomId}:${kind}:${name}`, (cursor) =>
    client.files.inRoom(roomId, { kind, limit: PAGE, ...(name === '' ? {} : { name }), ...(cursor === undefined ? {} : { cursor }) }),
  );
  useNews(roomId, items.length <= PAGE, reload);
  // Pages of the other kind stand there until the new ones have come.
  const fitting = items.filter((file) => (file.width !== undefined) === (kind === 'image'));
  if (state === 'failed' && fitting.length === 0) return <ErrorState error={error} onRetry={reload} />;
  if (fitting.length === 0) {
    if (state === 'loading') return <LoadingState label={t('Looking for files')} />;
    if (name !== '') return <EmptyState icon="search" title={t('Nothing found')} children={t('No file here is called so.')} />;
    return (
      <EmptyState icon="chat" title={kind === 'image' ? t('No pictures yet') : t('No files yet')}>
        {t('What is sent in this room stands here, the newest first.')}
      </EmptyState>
    );
  }
  return (
    <div className="found-files" onKeyDown={onKeyDown}>
      {byMonth(fitting).map(({ key, label, files }) => (
        <section key={key} aria-label={label}>
          <h3 className="list-heading">{label}</h3>
          {kind === 'image' ? (
            <Pictures files={files} all={fitting} roomId={roomId} />
          ) : (
            <ul>
              {files.map((file) => (
                <Other key={file.attachmentId} file={file} roomId={roomId} isFirst={file === fitting[0]} />
              ))}
            </ul>
          )}
        </section>
      ))}
      {hasMore && <ActionButton onPress={more}>{t('Older files')}</ActionButton>}
    </div>
  );
}

/** What was sent in the room, by month; each leads to its message. */
export function FilesPanel({ room, onClose }: { readonly room: Room; readonly onClose: () => void }): ReactNode {
  const [kind, setKind] = useState<Kind>('image');
  const [name, setName] = useState('');
  return (
    <SidePanel title={t('Files')} onClose={onClose}>
      <div className="kind-toggles" role="group" aria-label={t('What to show')}>
        <ToggleButton className="toggle" isSelected={kind === 'image'} onChange={() => setKind('image')}>
          {t('Pictures')}
        </ToggleButton>
        <ToggleButton className="toggle" isSelected={kind === 'other'} onChange={() => setKind('other')}>
          {t('Other files')}
        </ToggleButton>
      </div>
      <Field label={t('Find by name')} type="search" value={name} onChange={setName} maxLength={255} />
      <Found roomId={room.roomId} kind={kind} name={name.trim()} />
    </SidePanel>
  );
}
