import { Fragment, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { language } from '../core/language';
import { useStore } from '../core/store';
import { locale } from '../core/translate';

/** Says everything inside anew when another language is chosen. */
export function Speaking({ children }: { readonly children: ReactNode }): ReactNode {
  const { revision } = useStore(language);
  return (
    <I18nProvider locale={locale()}>
      <Fragment key={revision}>{children}</Fragment>
    </I18nProvider>
  );
}
