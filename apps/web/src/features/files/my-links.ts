import { useEffect, useSyncExternalStore } from 'react';
import { client } from '../../core/client';
import { toastInfo, attempt } from '../../core/toasts';
import { t } from '../../core/translate';
import { FileLinks, type FileState } from './file-links';

/** Where the files that are on the page can be had. */
export const fileLinks = new FileLinks({
  ask: (attachmentIds) => client.files.links(attachmentIds),
  nowMs: () => Date.now(),
  after: (delayMs, run) => window.setTimeout(run, delayMs),
});

/** Follows where a file can be had. */
export function useFileState(attachmentId: string): FileState {
  useEffect(() => fileLinks.show(attachmentId), [attachmentId]);
  return useSyncExternalStore(fileLinks.subscribe, () => fileLinks.stateOf(attachmentId));
}

/** Has the browser save a file. */
export async function download(attachmentId: string): Promise<void> {
  await attempt(async () => {
    const links = await fileLinks.fresh(attachmentId);
    if (links === undefined) {
      toastInfo(t('This file is no longer there'));
      return;
    }
    const link = document.createElement('a');
    link.href = `${links.url}&download=1`;
    link.download = links.name;
    link.click();
  });
}
