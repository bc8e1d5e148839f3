import { type ReactNode } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { navigate } from '../../core/router';
import { IconButton } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { openDialog } from '../shell/open-dialog';

export function NewMenu(): ReactNode {
  return (
    <MenuTrigger>
      <IconButton icon="plus" label="New conversation" />
      <Popover className="popover" placement="bottom end">
        <Menu className="menu" aria-label="New conversation">
          <MenuItem onAction={() => openDialog('direct')}>
            <Icon name="person" /> Message somebody
          </MenuItem>
          <MenuItem onAction={() => openDialog('create-room')}>
            <Icon name="plus" /> Create a room
          </MenuItem>
          <MenuItem onAction={() => navigate({ page: 'discover' })}>
            <Icon name="compass" /> Discover rooms
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
