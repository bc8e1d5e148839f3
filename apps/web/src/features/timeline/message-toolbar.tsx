import { type TimelineItem } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useMyId } from '../../core/client';
import { t } from '../../core/translate';
import { IconButton } from '../../ui/controls';
import { EmojiGrid } from '../../ui/emoji-grid';
import { Icon } from '../../ui/icon';
import { openDialog } from '../shell/open-dialog';
import { copyLink, copyText, deleteMessage, markUnreadFrom, restoreMessage, toggleReaction, type MessageActions, type MessageRights } from './message-actions';

interface MessageToolbarProps {
  readonly item: TimelineItem;
  readonly rights: MessageRights;
  readonly actions: MessageActions;
  /** Something is open: the toolbar stays. */
  readonly onBusy: (isBusy: boolean) => void;
}

function ReactButton({ item, onBusy }: Pick<MessageToolbarProps, 'item' | 'onBusy'>): ReactNode {
  return (
    <DialogTrigger onOpenChange={onBusy}>
      <Button className="icon-button" aria-label={t('React')} data-react>
        <Icon name="smile" />
      </Button>
      <Popover className="popover" placement="top end">
        <Dialog className="emoji-dialog" aria-label={t('Pick a reaction')}>
          {({ close }) => (
            <EmojiGrid
              onPick={(emoji) => {
                close();
                void toggleReaction(item, emoji);
              }}
            />
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function MoreMenu({ item, rights, onBusy }: Omit<MessageToolbarProps, 'actions'>): ReactNode {
  const me = useMyId();
  return (
    <MenuTrigger onOpenChange={onBusy}>
      <Button className="icon-button" aria-label={t('More about this message')}>
        <Icon name="more" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu className="menu" aria-label={t('Message')}>
          <MenuItem onAction={() => void copyLink(item)}>
            <Icon name="link" /> {t('Copy link')}
          </MenuItem>
          {item.text !== undefined && (
            <MenuItem onAction={() => void copyText(item)}>
              <Icon name="chat" /> {t('Copy text')}
            </MenuItem>
          )}
          <MenuItem onAction={() => void markUnreadFrom(item)}>
            <Icon name="unread" /> {t('Mark unread from here')}
          </MenuItem>
          {rights.canSeeRevisions && (
            <MenuItem onAction={() => openDialog({ kind: 'revisions', message: item })}>
              <Icon name="history" /> {t('Earlier versions')}
            </MenuItem>
          )}
          {item.authorId !== me && (
            <MenuItem onAction={() => openDialog({ kind: 'person', userId: item.authorId })}>
              <Icon name="person" /> {t('About the author')}
            </MenuItem>
          )}
          {rights.canRestore && (
            <MenuItem onAction={() => void restoreMessage(item)}>
              <Icon name="reply" /> {t('Restore')}
            </MenuItem>
          )}
          {rights.canDelete && (
            <MenuItem className="menu-item-danger" onAction={() => void deleteMessage(item)}>
              <Icon name="trash" /> {t('Delete…')}
            </MenuItem>
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** What can be done with the message under the pointer or the focus. */
export function MessageToolbar({ item, rights, actions, onBusy }: MessageToolbarProps): ReactNode {
  return (
    <div className="message-toolbar" role="toolbar" aria-label={t('Message actions')}>
      {rights.canWrite && <ReactButton item={item} onBusy={onBusy} />}
      {rights.canWrite && <IconButton icon="reply" label={t('Reply')} onPress={() => actions.reply(item)} />}
      {rights.canEdit && <IconButton icon="edit" label={t('Edit')} onPress={() => actions.edit(item)} />}
      <MoreMenu item={item} rights={rights} onBusy={onBusy} />
    </div>
  );
}
