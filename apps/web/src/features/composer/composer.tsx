import { type Room, type TimelineItem } from '@agent-chat/client';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useMyId } from '../../core/client';
import { useRoomName } from '../../core/room-names';
import { plural, t } from '../../core/translate';
import { IconButton } from '../../ui/controls';
import { EmojiGrid } from '../../ui/emoji-grid';
import { Icon } from '../../ui/icon';
import { MentionList } from './mention-list';
import { TaskBanner } from './task-banner';
import { useComposer } from './use-composer';
import { useMentions } from './use-mentions';

/** What is being written. */
export type ComposerTask =
  { readonly kind: 'new' } | { readonly kind: 'reply'; readonly to: TimelineItem } | { readonly kind: 'edit'; readonly message: TimelineItem };

interface ComposerProps {
  readonly room: Room;
  readonly task: ComposerTask;
  readonly onTask: (task: ComposerTask) => void;
}

const DESK = '(hover: hover) and (min-width: 720px)';
const MENTIONS = 'mention-options';

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

/** Where one writes: Enter sends, Shift and Enter make a new line, @ names somebody, Arrow up edits one's last message. */
export function Composer({ room, task, onTask }: ComposerProps): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null);
  const me = useMyId();
  const name = useRoomName(room);
  const composer = useComposer({ room, task, onTask, field, me });
  const mentions = useMentions({ room, field, text: composer.text, picked: composer.picked, onInsert: composer.insertMention, me });
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (mentions.onKey(event)) return;
    composer.onKey(event);
  };
  // Where keys are at hand, one opens a room to write in it.
  useEffect(() => {
    if (window.matchMedia(DESK).matches) field.current?.focus({ preventScroll: true });
  }, []);
  const placeholder = name === '' ? t('Message the room') : t('Message {name}', { name });
  return (
    <div className="composer">
      <TaskBanner task={task} onCancel={composer.cancel} />
      {mentions.isOpen && <MentionList id={MENTIONS} options={mentions.options} active={mentions.active} onChoose={mentions.choose} />}
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={composer.text}
          placeholder={placeholder}
          aria-label={placeholder}
          // A field of several lines has no role for lists of its own: it names the list and the option that is chosen.
          aria-controls={mentions.isOpen ? MENTIONS : undefined}
          aria-autocomplete="list"
          aria-activedescendant={mentions.isOpen ? `${MENTIONS}-${String(mentions.active)}` : undefined}
          onChange={(event) => {
            composer.write(event.target.value);
            // The browser tells of the selection only later, when Enter may have been pressed.
            mentions.follow();
          }}
          onKeyDown={onKeyDown}
          onSelect={mentions.follow}
          onBlur={mentions.onBlur}
        />
        <EmojiButton onPick={composer.insert} />
        <IconButton
          icon="send"
          label={task.kind === 'edit' ? t('Save') : t('Send')}
          look="primary"
          isDisabled={composer.text.trim() === ''}
          onPress={composer.submit}
        />
      </div>
      {composer.excess > 0 && (
        <p className="field-error" role="alert">
          {plural(composer.excess, { one: '{count} character too long.', other: '{count} characters too long.' })}
        </p>
      )}
    </div>
  );
}
