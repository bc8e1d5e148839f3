import { useEffect, type ReactNode } from 'react';
import { t } from '../../core/translate';
import { IconButton } from '../../ui/controls';
import { giveFocusBack } from './panel';

interface SidePanelProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The third pane; over the room where there is no place for three. Escape closes it. */
export function SidePanel({ title, onClose, children }: SidePanelProps): ReactNode {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isOverlayOpen = document.querySelector('.modal-overlay, .popover') !== null;
      if (event.key === 'Escape' && !event.defaultPrevented && !isOverlayOpen) onClose();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onClose]);
  useEffect(() => giveFocusBack, []);
  return (
    <aside className="side-panel" aria-label={title}>
      <header className="panel-header">
        <h2>{title}</h2>
        <IconButton icon="close" label={t('Close')} onPress={onClose} />
      </header>
      <div className="panel-body">{children}</div>
    </aside>
  );
}
