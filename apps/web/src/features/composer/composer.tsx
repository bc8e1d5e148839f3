import { type Room, type TimelineItem } from '@agent-chat/client';
import { useEffect, useRef, type ClipboardEvent, type KeyboardEvent, type ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useMyId } from '../../core/client';
import { useRoomName } from '../../core/room-names';
import { plural, t } from '../../core/translate';
import { directionOf } from '../../text/direction';
import { IconButton } from '../../ui/controls';
import { EmojiGrid } from '../../ui/emoji-grid';
import { Icon } from '../../ui/icon';
import { lazyPart } from '../../ui/lazy-part';
import { filesIn } from '../files/attach';
import { AttachButton } from './attach-button';
import { CompletionList } from './completion-list';
import { TaskBanner } from './task-banner';
import { useCompletion } from './use-completion';
import { useComposer } from './use-composer';

/** What is being written. */
export type ComposerTask =
  { readonly kind: 'new' } | { readonly kind: 'reply'; readonly to: TimelineItem } | { readonly kind: 'edit'; readonly message: TimelineItem };

/** What a composer is for, and whom it tells. */
export interface ComposerProps {
  readonly room: Room;
  readonly task: ComposerTask;
  readonly onTask: (task: ComposerTask) => void;
  /** Files were chosen, or pasted. */
  readonly onFiles: (files: readonly File[]) => void;
}

const FileTray = lazyPart(async () => (await import('../files/tray-view')).TrayView);

const DESK = '(hover: hover) and (min-width: 720px)';
const OPTIONS = 'completion-options';

function EmojiButton({ onPick }: { readonly onPick: (emoji: string) => void }): ReactNode {
  return (
    <DialogTrigger>
      <Button className="icon-button" aria-label={t('Insert an emoji')}>
        <Icon name="smile" />
      </Button>
      <Popover className="popover" placement="top end">
        <Dialog className="emoji-dialog" aria-label={t('Insert an emoji')}>
          {({ close }) => (
            <EmojiGrid
              onPick={(emoji) => {
                close();
                onPick(emoji);
              }}
            />
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** What is pasted is called the same each time. */
function namedPasted(file: File): File {
  const ending = /^image\.(\w+)$/.exec(file.name)?.[1];
  if (ending === undefined) return file;
  const [day = '', time = ''] = new Date().toISOString().split(/[T.]/);
  return new File([file], `${t('Picture')} ${day} ${time.replaceAll(':', '.')}.${ending}`, { type: file.type });
}

/** Where one writes: Enter sends, Shift and Enter make a new line, @ names somebody, : finds an emoji, Arrow up edits one's last message. */
export function Composer({ room, task, onTask, onFiles }: ComposerProps): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null);
  const me = useMyId();
  const name = useRoomName(room);
  const composer = useComposer({ room, task, onTask, field, me });
  const completion = useCompletion({ room, field, text: composer.text, picked: composer.picked, onComplete: composer.complete, me });
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (completion.onKey(event)) return;
    composer.onKey(event);
  };
  const onPaste = (event: ClipboardEvent): void => {
    const files = filesIn(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files.map(namedPasted));
  };
  // Where keys are at hand, one opens a room to write in it.
  useEffect(() => {
    if (window.matchMedia(DESK).matches) field.current?.focus({ preventScroll: true });
  }, []);
  const placeholder = name === '' ? t('Message the room') : t('Message {name}', { name });
  return (
    <div className="composer">
      <TaskBanner task={task} onCancel={composer.cancel} />
      {completion.isOpen && (
        <CompletionList id={OPTIONS} label={completion.label} options={completion.options} active={completion.active} onChoose={completion.choose} />
      )}
      {task.kind !== 'edit' && composer.files.count > 0 && (
        <FileTray roomId={room.roomId} isAwaited={composer.isAwaited} onEmpty={() => field.current?.focus()} />
      )}
      <div className="composer-box">
        <AttachButton
          isDisabled={task.kind === 'edit'}
          onFiles={(files) => {
            onFiles(files);
            field.current?.focus();
          }}
        />
        <textarea
          ref={field}
          rows={1}
          value={composer.text}
          dir={directionOf(composer.text)}
          placeholder={placeholder}
          aria-label={placeholder}
          // A field of several lines has no role for lists of its own: it names the list and the option that is chosen.
          aria-controls={completion.isOpen ? OPTIONS : undefined}
          aria-autocomplete="list"
          aria-activedescendant={completion.isOpen ? `${OPTIONS}-${String(completion.active)}` : undefined}
          onChange={(event) => {
            composer.write(event.target.value);
            // The browser tells of the selection only later, when Enter may have been pressed.
            completion.follow();
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onSelect={completion.follow}
          onBlur={completion.onBlur}
        />
        <EmojiButton onPick={composer.insert} />
        {composer.isAwaited ? (
          <IconButton icon="clock" label={t('Don’t send yet')} look="primary" onPress={composer.wait} />
        ) : (
          <IconButton
            icon="send"
            label={task.kind === 'edit' ? t('Save') : t('Send')}
            look="primary"
            isDisabled={!composer.canSubmit}
            onPress={composer.submit}
          />
        )}
      </div>
      {composer.excess > 0 && (
        <p className="field-error" role="alert">
          {plural(composer.excess, { one: '{count} character too long.', other: '{count} characters too long.' })}
        </p>
      )}
    </div>
  );
}
