import { type ReactNode } from 'react';
import { nameOf, usePerson } from '../../core/people';
import { t } from '../../core/translate';
import { plainText } from '../../text/parse-text';
import { IconButton } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { messageWords } from '../files/file-words';
import { type ComposerTask } from './composer';

/** Says what is being answered or edited, and lets go of it. */
export function TaskBanner({ task, onCancel }: { readonly task: ComposerTask; readonly onCancel: () => void }): ReactNode {
  const author = usePerson(task.kind === 'reply' ? task.to.authorId : '');
  if (task.kind === 'new') return null;
  return (
    <div className="task-banner">
      <Icon name={task.kind === 'reply' ? 'reply' : 'edit'} size={16} />
      <span className="ellipsis">
        {task.kind === 'edit' && (
          <>
            <strong>{t('Editing')}</strong> — {t('Enter saves, Escape lets it be')}
          </>
        )}
        {task.kind === 'reply' && (
          <>
            <strong>{t('Reply to {name}', { name: author?.displayName ?? '…' })}</strong>{' '}
            <bdi>{messageWords(plainText(task.to.text ?? '', nameOf), task.to.attachments)}</bdi>
          </>
        )}
      </span>
      <IconButton icon="close" label={task.kind === 'reply' ? t('Don’t reply') : t('Stop editing')} size={16} onPress={onCancel} />
    </div>
  );
}
