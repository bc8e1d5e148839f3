import { type ReactNode } from 'react';
import { useStore } from '../core/store';
import { dismissToast, toasts, type Toast } from '../core/toasts';
import { t } from '../core/translate';
import { IconButton } from './controls';
import { Icon, type IconName } from './icon';

const ICONS: Readonly<Record<Toast['kind'], IconName>> = { error: 'alert', info: 'check', news: 'chat' };

/** Where toasts are shown; read out when they come. */
export function ToastRegion(): ReactNode {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="region" aria-label={t('Notifications')} aria-live="polite">
      {shown.map(({ id, kind, title, advice, open }) => (
        <div key={id} className="toast" data-kind={kind}>
          <Icon name={ICONS[kind]} />
          <div>
            {open === undefined ? (
              <strong>{title}</strong>
            ) : (
              <button
                type="button"
                className="text-button"
                onClick={() => {
                  dismissToast(id);
                  open();
                }}
              >
                {title}
              </button>
            )}
            {advice !== undefined && <p dir="auto">{advice}</p>}
          </div>
          <IconButton icon="close" label={t('Dismiss')} size={16} onPress={() => dismissToast(id)} />
        </div>
      ))}
    </div>
  );
}
