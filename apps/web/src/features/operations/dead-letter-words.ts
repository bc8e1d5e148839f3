import type { DeadLetter } from '@agent-chat/contracts';
import { msg } from '../../core/translate';

export const KIND_WORDS: Readonly<Record<DeadLetter['kind'], string>> = { command: msg('command'), event: msg('event'), job: msg('job') };

export const STATE_WORDS: Readonly<Record<DeadLetter['state'], string>> = {
  waiting: msg('waiting'),
  replaying: msg('being replayed'),
  replayed: msg('replayed'),
  discarded: msg('discarded'),
};
