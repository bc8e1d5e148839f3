import { type ReactNode } from 'react';
import { useStore } from '../core/store';
import { dismissToast, toasts } from '../core/toasts';
import { t } from '../core/translate';
import { IconButton } from './controls';
import { Icon } from './icon';

/** Where toasts are shown; read out when they come. */
export function ToastRegion(): ReactNode {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="region" aria-label={t('Notifications')} aria-live="polite">
      {shown.map(({ id, kind, title, advice }) => (
        <div key={id} className="toast" data-kind={kind}>
          <Icon name={kind === 'error' ? 'alert' : 'check'} />
          <div>
            <strong>{title}</strong>
            {advice !== undefined && <p>{advice}</p>}
          </div>
          <IconButton icon="close" label={t('Dismiss')} size={16} onPress={() => dismissToast(id)} />
        </div>
      ))}
    </div>
  );
}
