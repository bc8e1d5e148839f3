import { useEffect, useState, type ReactNode } from 'react';
import { attempt } from '../core/toasts';
import { t } from '../core/translate';
import { withVisibleDirection } from './direction';

const SAID_MS = 2_000;

/** Code as it is, with a way to take it along. What would turn its order around is made visible. */
export function CodeBlock({ text, language }: { readonly text: string; readonly language: string | undefined }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = window.setTimeout(() => setCopied(false), SAID_MS);
    return () => window.clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    if (await attempt(() => navigator.clipboard.writeText(text))) setCopied(true);
  };
  return (
    <figure className="code-block">
      <figcaption>
        <span>{language ?? t('Code')}</span>
        <button type="button" className="text-button" onClick={() => void copy()}>
          {isCopied ? t('Copied') : t('Copy')}
        </button>
      </figcaption>
      <pre tabIndex={0} aria-label={t('Code')} dir="ltr">
        <code>{withVisibleDirection(text)}</code>
      </pre>
    </figure>
  );
}
