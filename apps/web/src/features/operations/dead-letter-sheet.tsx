import { useRef, useState, type ReactNode } from 'react';
import type { DeadLetterDetails } from '@agent-chat/contracts';
import { usePerson } from '../../core/people';
import { attempt, toastInfo } from '../../core/toasts';
import { confirmed } from '../../ui/confirm';
import { ActionButton } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';
import { momentLabel } from './format';
import { operations } from './operations-api';
import { Read } from './read';
import { usePolled } from './use-polled';

const EVERY_MS = 5_000;

type Act = 'replay' | 'discard';

const QUESTIONS: Readonly<Record<Act, { readonly title: string; readonly text: string; readonly action: string; readonly done: string }>> = {
  replay: {
    title: 'Do it again?',
    text: 'It is tried once more, now and outside its order. Remove the cause first, or it comes back here. Your name is kept with it.',
    action: 'Replay',
    done: 'It is done again',
  },
  discard: {
    title: 'Discard it?',
    text: 'It will never be done, and can’t be brought back. Your name is kept with it.',
    action: 'Discard',
    done: 'It was discarded',
  },
};

function Deed({ deed }: { readonly deed: DeadLetterDetails['deeds'][number] }): ReactNode {
  const person = usePerson(deed.actorId);
  return (
    <li>
      {person?.displayName ?? deed.actorId} asked to {deed.act} it, {momentLabel(deed.askedAt)}
      {deed.doneAt === undefined && ' (not known to be done)'}
    </li>
  );
}

function Facts({ letter }: Pick<DeadLetterDetails, 'letter'>): ReactNode {
  const { event } = letter;
  return (
    <dl className="facts">
      <div>
        <dt>What</dt>
        <dd>
          {letter.kind} · {letter.source}
        </dd>
      </div>
      <div>
        <dt>Failed</dt>
        <dd>{momentLabel(letter.failedAt)}</dd>
      </div>
      <div>
        <dt>State</dt>
        <dd>{letter.state}</dd>
      </div>
      {letter.attempts !== undefined && (
        <div>
          <dt>Tries</dt>
          <dd>{letter.attempts}</dd>
        </div>
      )}
      {event !== undefined && (
        <div>
          <dt>Event</dt>
          <dd>
            {event.type}, {event.seq} of room <code>{event.roomId}</code>, {event.partition}/{event.position} in the log
          </dd>
        </div>
      )}
      <div>
        <dt>Id</dt>
        <dd>
          <code>{letter.id}</code>
        </dd>
      </div>
    </dl>
  );
}

function Acts({ id, onSettled }: { readonly id: string; readonly onSettled: () => void }): ReactNode {
  const [isBusy, setBusy] = useState(false);
  // The same act stays the same, however often its answer is lost.
  const keys = useRef<Readonly<Record<Act, string>>>({ replay: crypto.randomUUID(), discard: crypto.randomUUID() });
  const settle = async (act: Act): Promise<void> => {
    const { done, ...question } = QUESTIONS[act];
    if (!(await confirmed(question))) return;
    setBusy(true);
    const isDone = await attempt(() => operations.settle(id, act, keys.current[act]));
    setBusy(false);
    if (!isDone) return;
    toastInfo(done);
    onSettled();
  };
  return (
    <div className="dialog-actions">
      <ActionButton look="danger" isPending={isBusy} onPress={() => void settle('discard')}>
        Discard…
      </ActionButton>
      <ActionButton look="primary" isPending={isBusy} onPress={() => void settle('replay')}>
        Replay…
      </ActionButton>
    </div>
  );
}

/** A dead letter with what it says and what was done with it. */
export function DeadLetterSheet({ id, onClose, onSettled }: { readonly id: string; readonly onClose: () => void; readonly onSettled: () => void }): ReactNode {
  const polled = usePolled(id, () => operations.deadLetter(id), EVERY_MS);
  return (
    <Sheet title="Dead letter" isOpen onClose={onClose}>
      <div className="dialog-body">
        <Read label="Reading it" polled={polled}>
          {({ letter, content, deeds }) => (
            <>
              <p className="letter-error">{letter.error}</p>
              <Facts letter={letter} />
              {content !== undefined && (
                <pre className="letter-content" role="region" aria-label="What it says" tabIndex={0}>
                  {JSON.stringify(content, null, 2)}
                </pre>
              )}
              {deeds.length > 0 && (
                <ul className="deeds" aria-label="What was done with it">
                  {deeds.map((deed) => (
                    <Deed key={deed.askedAt} deed={deed} />
                  ))}
                </ul>
              )}
              {letter.state === 'waiting' && <Acts id={id} onSettled={onSettled} />}
            </>
          )}
        </Read>
      </div>
    </Sheet>
  );
}
