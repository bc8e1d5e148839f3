import { useState, type ReactNode } from 'react';
import { t } from '../../core/translate';
import { RichText } from '../../text/rich-text';

/** Longer than this a message is a document: it is shown in part, so that a room can still be looked over. */
const MAX_LINES = 28;
const MAX_CHARS = 2_400;

/** Those that were opened, also after they were scrolled out of sight. */
const opened = new Set<string>();

export function isLong(text: string): boolean {
  return text.length > MAX_CHARS || text.split('\n', MAX_LINES + 1).length > MAX_LINES;
}

/** A message's text; of a very long one the beginning, until all of it is asked for. */
export function LongText({ id, text, tabIndex }: { readonly id: string; readonly text: string; readonly tabIndex: number }): ReactNode {
  const [isOpen, setOpen] = useState(() => opened.has(id));
  if (!isLong(text)) return <RichText text={text} />;
  const toggle = (): void => {
    if (isOpen) opened.delete(id);
    else opened.add(id);
    setOpen(!isOpen);
  };
  return (
    <>
      <div className="long-text" data-open={isOpen || undefined}>
        <RichText text={text} />
      </div>
      <button type="button" className="text-button" aria-expanded={isOpen} tabIndex={tabIndex} onClick={toggle}>
        {isOpen ? t('Show less') : t('Show all')}
      </button>
    </>
  );
}
