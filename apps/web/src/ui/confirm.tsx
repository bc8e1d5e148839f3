import { type ReactNode } from 'react';
import { Store, useStore } from '../core/store';
import { t } from '../core/translate';
import { ActionButton } from './controls';
import { Sheet } from './dialog';

interface Question {
  readonly title: string;
  readonly text: string;
  readonly action: string;
}

const asked = new Store<(Question & { readonly answer: (yes: boolean) => void }) | undefined>(undefined);

/** Asks before something that can't be undone. Answers what the person chose. */
export function confirmed(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    asked.getSnapshot()?.answer(false);
    asked.set({
      ...question,
      answer: (yes) => {
        asked.set(undefined);
        resolve(yes);
      },
    });
  });
}

/** Where `confirmed` shows its question; once in the page. */
export function ConfirmHost(): ReactNode {
  const question = useStore(asked);
  if (question === undefined) return null;
  return (
    <Sheet title={question.title} isOpen onClose={() => question.answer(false)} role="alertdialog" size="small">
      <p className="dialog-text">{question.text}</p>
      <div className="dialog-actions">
        <ActionButton look="quiet" autoFocus onPress={() => question.answer(false)}>
          {t('Cancel')}
        </ActionButton>
        <ActionButton look="danger" onPress={() => question.answer(true)}>
          {question.action}
        </ActionButton>
      </div>
    </Sheet>
  );
}
