import { type ReactNode } from 'react';
import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator, type Selection } from 'react-aria-components';
import { client, useIsConnected, useUser } from '../../core/client';
import { useIsOperator } from '../../core/roles';
import { useStore } from '../../core/store';
import { chooseTheme, theme, THEMES } from '../../core/theme';
import { attempt } from '../../core/toasts';
import { navigate } from '../../core/router';
import { msg, t } from '../../core/translate';
import { Avatar } from '../../ui/avatar';
import { Icon } from '../../ui/icon';
import { openDialog } from '../shell/open-dialog';

const DIALOGS = [
  { kind: 'profile', label: msg('Your profile'), icon: 'person' },
  { kind: 'preferences', label: msg('Preferences'), icon: 'settings' },
  { kind: 'sessions', label: msg('Your sessions'), icon: 'lock' },
  { kind: 'shortcuts', label: msg('Keyboard shortcuts'), icon: 'keyboard' },
] as const;

async function logOut(): Promise<void> {
  await attempt(() => client.logout());
  navigate({ page: 'home' }, { replace: true });
}

function chosenTheme(selection: Selection): void {
  if (selection !== 'all') chooseTheme([...selection][0]);
}

/** Who I am, how it looks, and the way out. */
export function AccountMenu(): ReactNode {
  const user = useUser();
  const isOperator = useIsOperator();
  const isConnected = useIsConnected();
  const chosen = useStore(theme);
  if (user === undefined) return null;
  return (
    <>
      <MenuTrigger>
        <Button className="account-button" aria-label={t('{name}: account and appearance', { name: user.displayName })}>
          <Avatar userId={user.userId} size="small" />
          <span className="account-name name">{user.displayName}</span>
          <span className="presence-dot" data-status={isConnected ? 'online' : 'offline'} aria-hidden="true" />
        </Button>
        <Popover className="popover" placement="bottom start">
          <Menu className="menu" aria-label={t('Account')}>
            <MenuSection>
              <Header className="name">@{user.username}</Header>
              {DIALOGS.map(({ kind, label, icon }) => (
                <MenuItem key={kind} onAction={() => openDialog(kind)}>
                  <Icon name={icon} /> {t(label)}
                </MenuItem>
              ))}
              {isOperator && (
                <MenuItem onAction={() => navigate({ page: 'operations', section: 'figures' })}>
                  <Icon name="chart" /> {t('Operations')}
                </MenuItem>
              )}
            </MenuSection>
            <Separator />
            <MenuSection selectionMode="single" selectedKeys={[chosen]} disallowEmptySelection onSelectionChange={chosenTheme}>
              <Header>{t('Appearance')}</Header>
              {THEMES.map(({ id, label, icon }) => (
                <MenuItem key={id} id={id}>
                  <Icon name={icon} /> {t(label)}
                  <span className="menu-check">{chosen === id && <Icon name="check" size={16} />}</span>
                </MenuItem>
              ))}
            </MenuSection>
            <Separator />
            <MenuItem onAction={() => void logOut()}>
              <Icon name="logout" /> {t('Log out')}
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
    </>
  );
}
