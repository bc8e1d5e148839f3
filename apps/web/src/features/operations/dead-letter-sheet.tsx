import { useRef, useState, type ReactNode } from 'react';
import type { DeadLetterDetails } from '@agent-chat/contracts';
import { usePerson } from '../../core/people';
import { attempt, toastInfo } from '../../core/toasts';
import { msg, t } from '../../core/translate';
import { confirmed } from '../../ui/confirm';
import { ActionButton } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';
import { KIND_WORDS, STATE_WORDS } from './dead-letter-words';
import { momentLabel } from './format';
import { operations } from './operations-api';
import { Read } from './read';
import { usePolled } from './use-polled';

const EVERY_MS = 5_000;

type Act = 'replay' | 'discard';

const QUESTIONS: Readonly<Record<Act, { readonly title: string; readonly text: string; readonly action: string; readonly done: string }>> = {
  replay: {
    title: msg('Do it again?'),
    text: msg('It is tried once more, now and outside its order. Remove the cause first, or it comes back here. Your name is kept with it.'),
    action: msg('Replay'),
    done: msg('It is done again'),
  },
  discard: {
    title: msg('Discard it?'),
    text: msg('It will never be done, and can’t be brought back. Your name is kept with it.'),
    action: msg('Discard'),
    done: msg('It was discarded'),
  },
};

const ASKED: Readonly<Record<Act, string>> = {
  replay: msg('{name} asked to replay it, {time}'),
  discard: msg('{name} asked to discard it, {time}'),
};

function Deed({ deed }: { readonly deed: DeadLetterDetails['deeds'][number] }): ReactNode {
  const person = usePerson(deed.actorId);
  return (
    <li>
      {t(ASKED[deed.act], { name: person?.displayName ?? deed.actorId, time: momentLabel(deed.askedAt) })}
      {deed.doneAt === undefined && ` ${t('(not known to be done)')}`}
    </li>
  );
}

function Facts({ letter }: Pick<DeadLetterDetails, 'letter'>): ReactNode {
  const { event } = letter;
  return (
    <dl className="facts">
      <div>
        <dt>{t('What')}</dt>
        <dd>
          {t(KIND_WORDS[letter.kind])} · {letter.source}
        </dd>
      </div>
      <div>
        <dt>{t('Failed')}</dt>
        <dd>{momentLabel(letter.failedAt)}</dd>
      </div>
      <div>
        <dt>{t('State')}</dt>
        <dd>{t(STATE_WORDS[letter.state])}</dd>
      </div>
      {letter.attempts !== undefined && (
        <div>
          <dt>{t('Tries')}</dt>
          <dd>{letter.attempts}</dd>
        </div>
      )}
      {event !== undefined && (
        <div>
          <dt>{t('Event')}</dt>
          <dd>
            {t('{type}, {seq} of room', { type: event.type, seq: String(event.seq) })} <code>{event.roomId}</code>
            {t(', {place} in the log', { place: `${String(event.partition)}/${String(event.position)}` })}
          </dd>
        </div>
      )}
      <div>
        <dt>{t('Id')}</dt>
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
    const { title, text, action, done } = QUESTIONS[act];
    if (!(await confirmed({ title: t(title), text: t(text), action: t(action) }))) return;
    setBusy(true);
    const isDone = await attempt(() => operations.settle(id, act, keys.current[act]));
    setBusy(false);
    if (!isDone) return;
    toastInfo(t(done));
    onSettled();
  };
  return (
    <div className="dialog-actions">
      <ActionButton look="danger" isPending={isBusy} onPress={() => void settle('discard')}>
        {t('Discard…')}
      </ActionButton>
      <ActionButton look="primary" isPending={isBusy} onPress={() => void settle('replay')}>
        {t('Replay…')}
      </ActionButton>
    </div>
  );
}

/** A dead letter with what it says and what was done with it. */
export function DeadLetterSheet({ id, onClose, onSettled }: { readonly id: string; readonly onClose: () => void; readonly onSettled: () => void }): ReactNode {
  const polled = usePolled(id, () => operations.deadLetter(id), EVERY_MS);
  return (
    <Sheet title={t('Dead letter')} isOpen onClose={onClose}>
      <div className="dialog-body">
        <Read label={t('Reading it')} polled={polled}>
          {({ letter, content, deeds }) => (
            <>
              <p className="letter-error">{letter.error}</p>
              <Facts letter={letter} />
              {content !== undefined && (
                <pre className="letter-content" role="region" aria-label={t('What it says')} tabIndex={0}>
                  {JSON.stringify(content, null, 2)}
                </pre>
              )}
              {deeds.length > 0 && (
                <ul className="deeds" aria-label={t('What was done with it')}>
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
