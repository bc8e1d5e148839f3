import { type ReactNode } from 'react';
import { msg, t } from '../../core/translate';
import { Sheet } from '../../ui/dialog';
import { SHORTCUTS } from './shortcuts';

interface Line {
  readonly keys: readonly string[];
  readonly label: string;
}

const IN_THE_TEXT: readonly Line[] = [
  { keys: ['Enter'], label: msg('Send') },
  { keys: ['Shift', 'Enter'], label: msg('A new line') },
  { keys: ['@'], label: msg('Name somebody') },
  { keys: ['↑'], label: msg('Edit your last message') },
  { keys: ['Esc'], label: msg('Let a reply or an edit be') },
];

const ON_A_MESSAGE: readonly Line[] = [
  { keys: ['↑', '↓'], label: msg('The message before or after') },
  { keys: ['Home', 'End'], label: msg('The first or last that is loaded') },
  { keys: ['R'], label: msg('Reply') },
  { keys: ['+'], label: msg('React') },
  { keys: ['E'], label: msg('Edit') },
  { keys: ['Del'], label: msg('Delete') },
];

const MAC = /mac|iphone|ipad/i;

/** Keys with a name of their own in each language. */
const NAMES: Readonly<Record<string, string>> = {
  Alt: msg('Alt'),
  Shift: msg('Shift'),
  Enter: msg('Enter'),
  Esc: msg('Esc'),
  Home: msg('Home'),
  Del: msg('Del'),
};

/** A key as this keyboard has it. */
function keyName(key: string): string {
  if (key === 'Mod') return MAC.test(navigator.userAgent) ? '⌘' : t('Ctrl');
  return t(NAMES[key] ?? key);
}

function Section({ title, lines }: { readonly title: string; readonly lines: readonly Line[] }): ReactNode {
  return (
    <section className="shortcuts" aria-label={title}>
      <h3 className="list-heading">{title}</h3>
      <dl>
        {lines.map(({ keys, label }) => (
          <div key={label}>
            <dt>{t(label)}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{keyName(key)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Every key and what it does. */
export function ShortcutList({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Sheet title={t('Keyboard shortcuts')} isOpen onClose={onClose}>
      <div className="dialog-body">
        <Section title={t('Everywhere')} lines={SHORTCUTS} />
        <Section title={t('While writing')} lines={IN_THE_TEXT} />
        <Section title={t('On a message')} lines={ON_A_MESSAGE} />
      </div>
    </Sheet>
  );
}
