import { type ReactNode } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { navigate } from '../../core/router';
import { t } from '../../core/translate';
import { IconButton } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { openDialog } from '../shell/open-dialog';

export function NewMenu(): ReactNode {
  return (
    <MenuTrigger>
      <IconButton icon="plus" label={t('New conversation')} />
      <Popover className="popover" placement="bottom end">
        <Menu className="menu" aria-label={t('New conversation')}>
          <MenuItem onAction={() => openDialog('direct')}>
            <Icon name="person" /> {t('Message somebody')}
          </MenuItem>
          <MenuItem onAction={() => openDialog('create-room')}>
            <Icon name="plus" /> {t('Create a room')}
          </MenuItem>
          <MenuItem onAction={() => navigate({ page: 'discover' })}>
            <Icon name="compass" /> {t('Discover rooms')}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
