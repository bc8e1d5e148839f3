import { type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { navigate, useRoute } from '../../core/router';
import { t } from '../../core/translate';
import { IconButton } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { openDialog } from '../shell/open-dialog';
import { AccountMenu } from './account-menu';
import { NewMenu } from './new-menu';
import { RoomList } from './room-list';

/** The left pane: me, my rooms, and the ways to more of them. */
export function Sidebar(): ReactNode {
  const isDiscover = useRoute().page === 'discover';
  return (
    <nav className="sidebar" aria-label={t('Rooms')}>
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
        <IconButton icon="compass" label={t('Discover rooms')} aria-pressed={isDiscover} onPress={() => navigate({ page: 'discover' })} />
      </div>
      <RoomList />
    </nav>
  );
}
