import { useState, type ReactNode } from 'react';
import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator, type Selection } from 'react-aria-components';
import { client, useConnection, useUser } from '../../core/client';
import { useIsOperator } from '../../core/roles';
import { useStore } from '../../core/store';
import { chooseTheme, theme, type Theme } from '../../core/theme';
import { attempt } from '../../core/toasts';
import { navigate } from '../../core/router';
import { Avatar } from '../../ui/avatar';
import { Sheet } from '../../ui/dialog';
import { Icon, type IconName } from '../../ui/icon';
import { lazyPart } from '../../ui/lazy-part';

const Profile = lazyPart(
  async () => (await import('../room-settings/profile')).Profile,
  ({ onClose }, content) => (
    <Sheet title="Your profile" isOpen onClose={onClose} size="small">
      {content}
    </Sheet>
  ),
);

const THEMES: readonly { readonly id: Theme; readonly label: string; readonly icon: IconName }[] = [
  { id: 'system', label: 'As the system', icon: 'screen' },
  { id: 'light', label: 'Light', icon: 'sun' },
  { id: 'dark', label: 'Dark', icon: 'moon' },
];

async function logOut(): Promise<void> {
  await attempt(() => client.logout());
  navigate({ page: 'home' }, { replace: true });
}

function chosenTheme(selection: Selection): void {
  if (selection === 'all') return;
  const [chosen] = selection;
  if (chosen === 'system' || chosen === 'light' || chosen === 'dark') chooseTheme(chosen);
}

/** Who I am, how it looks, and the way out. */
export function AccountMenu(): ReactNode {
  const user = useUser();
  const isOperator = useIsOperator();
  const { state } = useConnection();
  const chosen = useStore(theme);
  const [isEditing, setEditing] = useState(false);
  if (user === undefined) return null;
  return (
    <>
      <MenuTrigger>
        <Button className="account-button" aria-label={`${user.displayName}: account and appearance`}>
          <Avatar userId={user.userId} size="small" />
          <span className="account-name">{user.displayName}</span>
          <span className="presence-dot" data-status={state === 'connected' ? 'online' : 'offline'} aria-hidden="true" />
        </Button>
        <Popover className="popover" placement="bottom start">
          <Menu className="menu" aria-label="Account">
            <MenuSection>
              <Header>@{user.username}</Header>
              <MenuItem onAction={() => setEditing(true)}>
                <Icon name="person" /> Your profile
              </MenuItem>
              {isOperator && (
                <MenuItem onAction={() => navigate({ page: 'operations', section: 'figures' })}>
                  <Icon name="chart" /> Operations
                </MenuItem>
              )}
            </MenuSection>
            <Separator />
            <MenuSection selectionMode="single" selectedKeys={[chosen]} disallowEmptySelection onSelectionChange={chosenTheme}>
              <Header>Appearance</Header>
              {THEMES.map(({ id, label, icon }) => (
                <MenuItem key={id} id={id}>
                  <Icon name={icon} /> {label}
                  <span className="menu-check">{chosen === id && <Icon name="check" size={16} />}</span>
                </MenuItem>
              ))}
            </MenuSection>
            <Separator />
            <MenuItem onAction={() => void logOut()}>
              <Icon name="logout" /> Log out
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      {isEditing && <Profile user={user} onClose={() => setEditing(false)} />}
    </>
  );
}
