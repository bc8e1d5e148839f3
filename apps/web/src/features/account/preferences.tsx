import { useState, type ReactNode } from 'react';
import { switchBrowserNotices, useBrowserNotices, type NoticeState } from '../../core/browser-notices';
import { chooseLanguage, language, LANGUAGES } from '../../core/language';
import { useStore } from '../../core/store';
import { chooseTheme, theme, THEMES } from '../../core/theme';
import { attempt } from '../../core/toasts';
import { msg, t } from '../../core/translate';
import { ActionButton, Choice } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';

const STATES: Readonly<Record<NoticeState, string>> = {
  on: msg('On: your browser tells you of new messages while you look elsewhere.'),
  off: msg('Off: you see what is new when you look here.'),
  blocked: msg('You have told your browser to block them. Allow notifications for this page in its settings.'),
  unsupported: msg('This browser has none.'),
};

function BrowserNotices(): ReactNode {
  const state = useBrowserNotices();
  const [isAsking, setAsking] = useState(false);
  const isOn = state === 'on';
  /** A browser may take its time to ask the person, and to answer. */
  const change = async (): Promise<void> => {
    setAsking(true);
    await attempt(() => switchBrowserNotices(!isOn));
    setAsking(false);
  };
  return (
    <section className="preference" aria-label={t('Browser notifications')}>
      <div>
        <h3>{t('Browser notifications')}</h3>
        <p className="hint">{t(STATES[state])}</p>
      </div>
      {(isOn || state === 'off') && (
        <ActionButton look={isOn ? 'outline' : 'primary'} isPending={isAsking} onPress={() => void change()}>
          {isOn ? t('Turn off') : t('Turn on')}
        </ActionButton>
      )}
    </section>
  );
}

function LanguageChoice(): ReactNode {
  const { spoken } = useStore(language);
  const options = LANGUAGES.map(({ id, name }) => ({ id, label: name }));
  const choose = (id: string): void => {
    const chosen = LANGUAGES.find((known) => known.id === id);
    if (chosen !== undefined) void attempt(() => chooseLanguage(chosen));
  };
  return <Choice label={t('Language')} value={spoken.id} options={options} onChange={choose} />;
}

function ThemeChoice(): ReactNode {
  const chosen = useStore(theme);
  const options = THEMES.map(({ id, label }) => ({ id, label: t(label) }));
  return <Choice label={t('Appearance')} value={chosen} options={options} onChange={chooseTheme} />;
}

/** How this page is, in this browser. */
export function Preferences({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Sheet title={t('Preferences')} isOpen onClose={onClose}>
      <div className="dialog-body">
        <LanguageChoice />
        <ThemeChoice />
        <BrowserNotices />
        <p className="hint">{t('Of which messages you are told, you choose in the settings of each room.')}</p>
      </div>
    </Sheet>
  );
}
