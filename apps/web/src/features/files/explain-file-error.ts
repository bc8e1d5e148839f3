import { explainError, type Explanation } from '../../core/explain-error';
import { msg, t } from '../../core/translate';
import { sizeLabel } from './file-words';
import { knownMaxBytes } from './limits';

/** What concerns files alone; all else is explained as everywhere. */
const KNOWN: Readonly<Record<string, Explanation>> = {
  FILE_REFUSED: { title: msg('This kind of file isn’t accepted'), advice: msg('Programs and very large pictures are refused here.') },
  EMPTY: { title: msg('The file is empty'), advice: msg('There is nothing in it to send.') },
  UNREADABLE: { title: msg('The file can’t be read'), advice: msg('It may be a folder, or it has changed. Choose it again.') },
  CHECKSUM_MISMATCH: { title: msg('The file arrived damaged'), advice: msg('Try again.') },
  ATTACHMENT_NOT_FOUND: { title: msg('The file is no longer there'), advice: msg('Attach it again.') },
  ATTACHMENT_IN_USE: { title: msg('The file is in another message'), advice: msg('Attach it again.') },
  LIMIT_REACHED: { title: msg('Too many uploads at once'), advice: msg('Wait until others are done, then try again.') },
};
/** While it is tried again by itself. */
const WAITING: Readonly<Record<string, Explanation>> = {
  UNAVAILABLE: { title: msg('Files can’t be stored right now'), advice: msg('The storage is full or away. It is tried again by itself.') },
  NETWORK_ERROR: { title: msg('No connection'), advice: msg('It goes on by itself once you are back.') },
};

/** Words for what came in the way of a file: a code of the catalogue, or one of this page. */
export function explainFileError(problem: unknown, isWaiting = false): Explanation {
  const code = typeof problem === 'string' ? problem : ((problem ?? {}) as { readonly code?: unknown }).code;
  const max = knownMaxBytes();
  if (code === 'FILE_TOO_LARGE')
    return { title: t('Too large'), advice: max === undefined ? t('Choose a smaller one.') : t('A file may have up to {size}.', { size: sizeLabel(max) }) };
  const known = typeof code === 'string' ? ((isWaiting ? WAITING[code] : undefined) ?? KNOWN[code]) : undefined;
  return known === undefined ? explainError(problem) : { title: t(known.title), advice: t(known.advice) };
}
