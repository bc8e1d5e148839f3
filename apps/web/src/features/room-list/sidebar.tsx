import { type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useRoomList } from '../../core/client';
import { navigate, useRoute } from '../../core/router';
import { plural, t } from '../../core/translate';
import { IconButton } from '../../ui/controls';
import { flag } from '../../ui/flag';
import { Icon } from '../../ui/icon';
import { openDialog } from '../shell/open-dialog';
import { AccountMenu } from './account-menu';
import { NewMenu } from './new-menu';
import { RoomList } from './room-list';

function MentionsButton({ isCurrent }: { readonly isCurrent: boolean }): ReactNode {
  const { mentionCount } = useRoomList();
  const label = mentionCount === 0 ? t('Mentions') : plural(mentionCount, { one: 'Mentions, {count} new', other: 'Mentions, {count} new' });
  return (
    <span className="with-mark" data-mark={flag(mentionCount > 0)}>
      <IconButton icon="at" label={label} aria-pressed={isCurrent} onPress={() => navigate({ page: 'mentions' })} />
    </span>
  );
}

/** The left pane: me, my rooms, and the ways to more of them. */
export function Sidebar(): ReactNode {
  const { page } = useRoute();
  return (
    <nav className="sidebar" aria-label={t('Rooms')}>
      {page === 'home' && <h1 className="sr-only">{t('Your rooms')}</h1>}
      <header className="sidebar-header">
        <AccountMenu />
        <NewMenu />
      </header>
      <div className="sidebar-tools">
        <Button className="jump-button" onPress={() => openDialog('switcher')}>
          <Icon name="search" size={16} />
          <span>{t('Jump to…')}</span>
          <kbd>{t('Ctrl K')}</kbd>
        </Button>
        <MentionsButton isCurrent={page === 'mentions'} />
        <IconButton icon="compass" label={t('Discover rooms')} aria-pressed={page === 'discover'} onPress={() => navigate({ page: 'discover' })} />
      </div>
      <RoomList />
    </nav>
  );
}
