import { useRef, useState, type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { useStore } from '../../core/store';
import { locale, plural, t } from '../../core/translate';
import { flag } from '../../ui/flag';
import { Icon } from '../../ui/icon';
import { withTray } from './attach';
import { explainFileError } from './explain-file-error';
import { FileIcon } from './file-icon';
import { FileName } from './file-name';
import { sizeLabel } from './file-words';
import { limitWords, useMaxBytes } from './limits';
import { mayRetry } from './tray';
import './tray.css';
import { readinessOf, trayItems, type TrayItem } from './tray-items';

function shareOf({ sentBytes, sizeBytes }: TrayItem): number {
  return sizeBytes === 0 ? 0 : sentBytes / sizeBytes;
}

function percent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: 'percent' }).format(share);
}

/** How far a file is, in words. */
function statusOf(item: TrayItem): string {
  const size = sizeLabel(item.sizeBytes);
  if (item.state === 'ready' || item.state === 'failed') return size;
  if (item.state === 'waiting') return `${size} · ${t('Waiting')}`;
  return `${size} · ${percent(shareOf(item))}`;
}

function Problem({ item }: { readonly item: TrayItem }): ReactNode {
  if (item.problem === undefined) return null;
  const { title, advice } = explainFileError(item.problem, item.state === 'sending');
  return (
    <span className="tray-problem" data-state={item.state} role={item.state === 'failed' ? 'alert' : 'status'}>
      <strong>{title}.</strong> {advice}
    </span>
  );
}

interface FileInTrayProps {
  readonly item: TrayItem;
  readonly onRetry: () => void;
  readonly onRemove: () => void;
}

function FileInTray({ item, onRetry, onRemove }: FileInTrayProps): ReactNode {
  const { name, state, preview } = item;
  const [isBroken, setBroken] = useState(false);
  return (
    <li className="tray-item" data-state={state} data-stalled={flag(item.problem !== undefined)}>
      {preview === undefined || isBroken ? (
        <span className="file-kind">
          <FileIcon name="file" />
        </span>
      ) : (
        <img className="tray-preview" src={preview} alt="" onError={() => setBroken(true)} />
      )}
      <span className="tray-lines">
        <FileName name={name} />
        <span className="muted">{statusOf(item)}</span>
        {state === 'sending' && <progress value={shareOf(item)} max={1} aria-label={t('Upload of {name}', { name })} />}
        <Problem item={item} />
      </span>
      {mayRetry(item) && (
        <button type="button" className="small-button" aria-label={t('Try {name} again', { name })} title={t('Try again')} onClick={onRetry}>
          <FileIcon name="again" size={16} />
        </button>
      )}
      <button
        type="button"
        className="small-button"
        data-remove
        aria-label={state === 'sending' ? t('Cancel the upload of {name}', { name }) : t('Remove {name}', { name })}
        title={state === 'sending' ? t('Cancel') : t('Remove')}
        onClick={onRemove}
      >
        <Icon name="close" size={16} />
      </button>
    </li>
  );
}

/** What the person is told of all of them together; said aloud as it changes. */
function summaryOf(items: readonly TrayItem[], isAwaited: boolean): string {
  const { count, isUploading, hasFailed } = readinessOf(items);
  if (hasFailed) return t('Remove what can’t be sent, or try it again.');
  if (isAwaited && isUploading) return t('Your message goes as soon as the files are there.');
  const done = items.filter(({ state }) => state === 'ready').length;
  if (isUploading) return plural(count, { one: '{done} of {count} uploaded', other: '{done} of {count} uploaded' }, { done });
  return plural(count, { one: 'The file is ready to go', other: '{count} files are ready to go' });
}

interface TrayViewProps {
  readonly roomId: string;
  /** The message was sent by word already, and waits. */
  readonly isAwaited: boolean;
  /** Where the focus goes when nothing is left here. */
  readonly onEmpty: () => void;
}

/** The files that go with the next message: what they are, how far they are, and what can be done about them. */
export function TrayView({ roomId, isAwaited, onEmpty }: TrayViewProps): ReactNode {
  const me = useMyId();
  const items = useStore(trayItems(me, roomId));
  const list = useRef<HTMLUListElement>(null);
  const maxBytes = useMaxBytes();
  const remove = (key: string, at: number): void => {
    withTray(me, roomId, (tray) => {
      tray.remove(key);
      window.requestAnimationFrame(() => {
        const buttons = list.current?.querySelectorAll<HTMLElement>('[data-remove]') ?? [];
        const next = buttons[Math.min(at, buttons.length - 1)];
        if (next === undefined) onEmpty();
        else next.focus();
      });
    });
  };
  if (items.length === 0) return null;
  return (
    <div className="tray" role="group" aria-label={t('Files of your message')}>
      <ul ref={list}>
        {items.map((item, at) => (
          <FileInTray key={item.key} item={item} onRetry={() => withTray(me, roomId, (tray) => tray.retry(item.key))} onRemove={() => remove(item.key, at)} />
        ))}
      </ul>
      <p className="tray-summary">
        <span role="status">{summaryOf(items, isAwaited)}</span> <span className="muted">{limitWords(maxBytes)}</span>
      </p>
    </div>
  );
}
