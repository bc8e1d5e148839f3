import { type RoomHandle } from '@agent-chat/client';
import { useEffect, type ReactNode } from 'react';
import { nameOf, people, usePeopleRevision } from '../../core/people';
import { useStore } from '../../core/store';
import { typingWords } from './typing-words';

/** Who types. It keeps its height, so that nothing jumps. */
export function TypingLine({ handle }: { readonly handle: RoomHandle }): ReactNode {
  const userIds = useStore(handle.typing);
  usePeopleRevision();
  useEffect(() => userIds.forEach((userId) => people.ask(userId)), [userIds]);
  return (
    <div className="typing-line" aria-live="off">
      {userIds.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>{typingWords(userIds.map(nameOf))}</span>
        </>
      )}
    </div>
  );
}
