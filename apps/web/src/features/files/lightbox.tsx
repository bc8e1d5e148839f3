import { type Attachment } from '@agent-chat/client';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { Button, Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { usePerson } from '../../core/people';
import { openRoom } from '../../core/router';
import { fullTimeLabel, shortTimeLabel } from '../../core/time';
import { t } from '../../core/translate';
import { ActionButton, Spinner } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { showPanel } from '../shell/panel';
import { FileIcon } from './file-icon';
import { type FileState } from './file-links';
import { FileName } from './file-name';
import { sizeLabel } from './file-words';
import './lightbox.css';
import { download, fileLinks, useFileState } from './my-links';
import { ownPicture } from './own-pictures';
import { type ShownPicture, type ShownPictures } from './shown-pictures';
import { shownLarge } from './shown-variants';

/** A finger that moves so far sideways means the next one. */
const SWIPE_PX = 48;
const PHONE = '(max-width: 719px)';

function largeSource(state: FileState, attachmentId: string): string | undefined {
  if (state.kind === 'there' && state.links.media !== 'waiting' && state.links.media !== 'failed') return shownLarge(state.links).src;
  return state.kind === 'gone' ? undefined : ownPicture(attachmentId);
}

function missingWords(state: FileState, isBroken: boolean): string | undefined {
  if (state.kind === 'gone') return t('This picture is no longer there.');
  if (state.kind === 'away' || isBroken) return t('This picture can’t be loaded right now.');
  return state.kind === 'there' && state.links.media === 'failed' ? t('This picture can’t be shown. It can be downloaded.') : undefined;
}

function FullPicture({ file }: { readonly file: Attachment }): ReactNode {
  const { attachmentId, name, width, height } = file;
  const state = useFileState(attachmentId);
  const [isBroken, setBroken] = useState(false);
  const [isLoaded, setLoaded] = useState(false);
  const words = missingWords(state, isBroken);
  const src = words === undefined ? largeSource(state, attachmentId) : undefined;
  const retry = (): void => {
    setBroken(false);
    fileLinks.again(attachmentId);
  };
  if (words !== undefined) {
    return (
      <div className="lightbox-note" role="status">
        <p>{words}</p>
        {(isBroken || state.kind === 'away') && <ActionButton onPress={retry}>{t('Try again')}</ActionButton>}
      </div>
    );
  }
  return (
    <>
      {!isLoaded && <Spinner label={t('Loading the picture')} />}
      {src !== undefined && (
        <img
          src={src}
          width={width}
          height={height}
          alt={t('Picture: {name}', { name })}
          draggable={false}
          onLoad={() => setLoaded(true)}
          onError={() => setBroken(true)}
        />
      )}
    </>
  );
}

/** Through the pictures, by keys as well: the arrows as they point, Home and End. */
function useSteps(count: number, first: number) {
  const [at, setAt] = useState(first);
  const go = (to: number): void => setAt(Math.min(Math.max(to, 0), count - 1));
  const isTurned = (): boolean => document.documentElement.dir === 'rtl';
  const onKeyDown = (event: KeyboardEvent): void => {
    const forward = isTurned() ? 'ArrowLeft' : 'ArrowRight';
    const backward = isTurned() ? 'ArrowRight' : 'ArrowLeft';
    const to = { [forward]: at + 1, [backward]: at - 1, Home: 0, End: count - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  const start = useRef<number>(undefined);
  const onPointerDown = ({ pointerType, clientX }: PointerEvent): void => {
    start.current = pointerType === 'mouse' ? undefined : clientX;
  };
  const onPointerUp = ({ clientX }: PointerEvent): void => {
    const moved = start.current === undefined ? 0 : clientX - start.current;
    start.current = undefined;
    if (Math.abs(moved) >= SWIPE_PX) go(at + (moved < 0 === isTurned() ? -1 : 1));
  };
  return { at, go, onKeyDown, swipe: { onPointerDown, onPointerUp } };
}

interface BarProps {
  readonly file: ShownPicture;
  readonly place: string;
  readonly onShow: (() => void) | undefined;
  readonly onClose: () => void;
}

function Bar({ file, place, onShow, onClose }: BarProps): ReactNode {
  const { attachmentId, name, sizeBytes, authorId, createdAt } = file;
  const author = usePerson(authorId);
  return (
    <header className="lightbox-bar">
      <div className="lightbox-title" aria-live="polite">
        <strong>
          <FileName name={name} />
        </strong>
        <span className="ellipsis name" title={fullTimeLabel(createdAt)}>
          {place}
          {author?.displayName ?? '…'} · {shortTimeLabel(createdAt, new Date())} · {sizeLabel(sizeBytes)}
        </span>
      </div>
      {onShow !== undefined && (
        <Button className="lightbox-button" aria-label={t('Show in the conversation')} onPress={onShow}>
          <Icon name="chat" />
        </Button>
      )}
      <Button
        className="lightbox-button"
        aria-label={t('Download {name}, {size}', { name, size: sizeLabel(sizeBytes) })}
        onPress={() => void download(attachmentId)}
      >
        <FileIcon name="download" />
      </Button>
      <Button className="lightbox-button" aria-label={t('Close')} autoFocus onPress={onClose}>
        <Icon name="close" />
      </Button>
    </header>
  );
}

/** A picture over the whole page, and the ways to those beside it. Escape closes it, and the focus goes back where it came from. */
export function Lightbox({ pictures, at: first, roomId, onClose }: ShownPictures & { readonly onClose: () => void }): ReactNode {
  const { at, go, onKeyDown, swipe } = useSteps(pictures.length, first);
  const file = pictures[at];
  const beside = [pictures[at + 1], pictures[at - 1]].flatMap((other) => other?.attachmentId ?? []).join();
  // Those beside it are asked for while this one is looked at.
  useEffect(() => {
    const stops = beside.split(',').flatMap((id) => (id === '' ? [] : fileLinks.show(id)));
    return () => stops.forEach((stop) => stop());
  }, [beside]);
  if (file === undefined) return null;
  const { seq } = file;
  const show =
    roomId === undefined || seq === undefined
      ? undefined
      : (): void => {
          onClose();
          openRoom(roomId, seq);
          if (window.matchMedia(PHONE).matches) showPanel(undefined);
        };
  const many = pictures.length > 1;
  const place = many ? `${t('{number} of {count}', { number: at + 1, count: pictures.length })} · ` : '';
  return (
    <ModalOverlay className="modal-overlay lightbox-overlay" isOpen onOpenChange={(open) => open || onClose()} isDismissable>
      <Modal className="lightbox">
        <Dialog className="lightbox-dialog" aria-label={t('Picture: {name}', { name: file.name })}>
          <div className="lightbox-frame" onKeyDown={onKeyDown}>
            <Bar file={file} place={place} onShow={show} onClose={onClose} />
            <div className="lightbox-stage" {...swipe} onClick={(event) => event.target === event.currentTarget && onClose()}>
              <FullPicture key={file.attachmentId} file={file} />
            </div>
            {many && (
              <>
                <Button className="lightbox-button" data-at="before" aria-label={t('The picture before')} isDisabled={at === 0} onPress={() => go(at - 1)}>
                  <Icon name="back" />
                </Button>
                <Button
                  className="lightbox-button"
                  data-at="after"
                  aria-label={t('The next picture')}
                  isDisabled={at === pictures.length - 1}
                  onPress={() => go(at + 1)}
                >
                  <FileIcon name="next" />
                </Button>
              </>
            )}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
