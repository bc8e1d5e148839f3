import { type ReactNode } from 'react';
import { msg, t } from '../../core/translate';
import { Sheet } from '../../ui/dialog';
import { lazyPart } from '../../ui/lazy-part';
import { closeDialog, useOpenDialog } from './open-dialog';

interface Closable {
  readonly onClose: () => void;
}

/** A dialog that is on its way looks like one. */
function sheetOf(title: string) {
  return function frame({ onClose }: Closable, content: ReactNode): ReactNode {
    return (
      <Sheet title={t(title)} isOpen onClose={onClose}>
        {content}
      </Sheet>
    );
  };
}

const CreateRoom = lazyPart(async () => (await import('../create-room/create-room')).CreateRoom, sheetOf(msg('Create a room')));
const NewDirect = lazyPart(async () => (await import('../create-room/new-direct')).NewDirect, sheetOf(msg('Message somebody')));
const Switcher = lazyPart(async () => (await import('../switcher/switcher')).Switcher, sheetOf(msg('Jump to a room')));
const Profile = lazyPart(async () => (await import('../account/profile')).Profile, sheetOf(msg('Your profile')));
const Preferences = lazyPart(async () => (await import('../account/preferences')).Preferences, sheetOf(msg('Preferences')));
const Sessions = lazyPart(async () => (await import('../account/sessions')).Sessions, sheetOf(msg('Your sessions')));
const Shortcuts = lazyPart(async () => (await import('../shortcuts/shortcut-list')).ShortcutList, sheetOf(msg('Keyboard shortcuts')));
const Person = lazyPart(async () => (await import('../person/person-card')).PersonCard, sheetOf(msg('Profile')));
const Revisions = lazyPart(async () => (await import('../revisions/revisions')).Revisions, sheetOf(msg('Earlier versions')));

const Pictures = lazyPart(
  async () => (await import('../files/lightbox')).Lightbox,
  (_, content) => content,
);

/** The dialog that is open; its code is fetched when it is first needed, or before. */
export function Dialogs(): ReactNode {
  const dialog = useOpenDialog();
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'create-room':
      return <CreateRoom onClose={closeDialog} />;
    case 'direct':
      return <NewDirect onClose={closeDialog} />;
    case 'switcher':
      return <Switcher onClose={closeDialog} />;
    case 'profile':
      return <Profile onClose={closeDialog} />;
    case 'preferences':
      return <Preferences onClose={closeDialog} />;
    case 'sessions':
      return <Sessions onClose={closeDialog} />;
    case 'shortcuts':
      return <Shortcuts onClose={closeDialog} />;
    case 'person':
      return <Person userId={dialog.userId} onClose={closeDialog} />;
    case 'revisions':
      return <Revisions message={dialog.message} onClose={closeDialog} />;
    case 'pictures':
      return <Pictures pictures={dialog.pictures} at={dialog.at} roomId={dialog.roomId} onClose={closeDialog} />;
  }
}
