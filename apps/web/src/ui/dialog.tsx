import { type ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { t } from '../core/translate';
import { IconButton } from './controls';

interface SheetProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly role?: 'dialog' | 'alertdialog';
  readonly size?: 'small' | 'medium';
}

/** A dialog over the page: Escape and a press outside close it, focus stays in it and goes back where it came from. */
export function Sheet({ title, isOpen, onClose, children, role = 'dialog', size = 'medium' }: SheetProps): ReactNode {
  return (
    <ModalOverlay className="modal-overlay" isOpen={isOpen} onOpenChange={(open) => open || onClose()} isDismissable>
      <Modal className="modal" data-size={size}>
        <Dialog className="dialog" role={role}>
          <header className="dialog-header">
            <Heading slot="title">{title}</Heading>
            <IconButton icon="close" label={t('Close')} onPress={onClose} />
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
