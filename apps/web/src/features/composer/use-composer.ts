import { type Room, type TimelineItem } from '@agent-chat/client';
import { useEffect, useLayoutEffect, useState, type KeyboardEvent, type RefObject } from 'react';
import { client } from '../../core/client';
import { nameOf } from '../../core/people';
import { attempt, toastError } from '../../core/toasts';
import { decodeMentions, encodeMentions, type Nameable } from '../../text/mentions';
import { complete, type Typed } from '../../text/typed';
import { emptyTray, readyFiles } from '../files/attach';
import { type TrayReadiness } from '../files/tray-items';
import { type ComposerTask } from './composer';
import { keepDraft, readDraft, type DraftText } from './drafts';
import { lastOfMine } from './last-of-mine';
import { useTray } from './use-tray';

interface ComposerOptions {
  readonly room: Room;
  readonly task: ComposerTask;
  readonly onTask: (task: ComposerTask) => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly me: string;
}

interface ComposerState {
  readonly text: string;
  readonly picked: readonly Nameable[];
  readonly excess: number;
  /** There is something to be sent, or kept. */
  readonly canSubmit: boolean;
  readonly files: TrayReadiness;
  /** It goes as soon as its files are there. */
  readonly isAwaited: boolean;
  /** Doesn't send it by itself any more. */
  readonly wait: () => void;
  readonly write: (text: string) => void;
  readonly insert: (text: string) => void;
  /** Puts the whole of it where it was being typed, and keeps whom that names. */
  readonly complete: (typed: Typed, whole: string, names?: Nameable) => void;
  readonly submit: () => void;
  readonly cancel: () => void;
  readonly onKey: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
}

const MAX_CODE_POINTS = 8_000;
const MAX_HEIGHT_PX = 220;

/** As high as its text, up to a bound. */
function useAutoHeight(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${String(Math.min(element.scrollHeight, MAX_HEIGHT_PX))}px`;
  }, [field, text]);
}

function placeCaret(field: RefObject<HTMLTextAreaElement | null>, caret: number): void {
  window.requestAnimationFrame(() => {
    field.current?.focus();
    field.current?.setSelectionRange(caret, caret);
  });
}

async function save(message: TimelineItem, text: string): Promise<boolean> {
  if (message.messageId === undefined || message.text === text) return true;
  const { messageId, roomId } = message;
  return attempt(() => client.messages.edit(roomId, messageId, text));
}

/** The text of the task at hand: a draft that is kept, or the message that is being edited. */
function useText({ room, task, field, me }: ComposerOptions): [DraftText, (change: (before: DraftText) => DraftText) => void] {
  const [draft, setDraft] = useState<DraftText>(() => readDraft(me, room.roomId));
  // What this task made of its message so far. The message's own text stands there from the first frame, before any key can reach the field.
  const [edited, setEdited] = useState<{ readonly task: ComposerTask; readonly draft: DraftText }>();
  useEffect(() => keepDraft(me, room.roomId, draft), [me, room.roomId, draft]);
  useEffect(() => {
    if (task.kind === 'new') return;
    // At once, so that no key stroke is lost; the caret once the text stands there.
    field.current?.focus();
    placeCaret(field, Number.MAX_SAFE_INTEGER);
  }, [task, field]);
  if (task.kind !== 'edit') return [draft, setDraft];
  const draftOf = (state: typeof edited): DraftText => (state?.task === task ? state.draft : decodeMentions(task.message.text ?? '', nameOf));
  return [draftOf(edited), (change) => setEdited((before) => ({ task, draft: change(draftOf(before)) }))];
}

function post(room: Room, text: string, task: ComposerTask, me: string): boolean {
  try {
    // Before the message goes: word of typing that comes after it would last for seconds.
    client.room(room.roomId).setTyping(false);
    // Whoever has scrolled far back sees their own message nevertheless.
    if (client.room(room.roomId).timeline.getSnapshot().hasNewer) client.room(room.roomId).timeline.loadLatest().catch(toastError);
    const replyTo = task.kind === 'reply' ? task.to.messageId : undefined;
    client.room(room.roomId).send({ text, replyTo, attachments: readyFiles(me, room.roomId) });
    emptyTray(me, room.roomId);
    return true;
  } catch (error) {
    toastError(error);
    return false;
  }
}

export function useComposer(options: ComposerOptions): ComposerState {
  const { room, task, onTask, field, me } = options;
  const [draft, setDraft] = useText(options);
  const { text, picked } = draft;
  const handle = client.room(room.roomId);
  useAutoHeight(field, text);
  const write = (next: string): void => {
    setDraft((before) => ({ ...before, text: next }));
    if (task.kind !== 'edit') handle.setTyping(next.trim() !== '');
  };
  const done = (): void => {
    setDraft(() => ({ text: '', picked: [] }));
    onTask({ kind: 'new' });
    field.current?.focus();
  };
  const sent = encodeMentions(text.trim(), picked);
  const excess = Array.from(sent).length - MAX_CODE_POINTS;
  const tray = useTray(me, room.roomId, () => {
    if (task.kind !== 'edit' && post(room, sent, task, me)) done();
  });
  const canSubmit = excess <= 0 && (sent !== '' || (task.kind !== 'edit' && tray.files.count > 0)) && !(task.kind !== 'edit' && tray.files.hasFailed);
  const submit = (): void => {
    if (!canSubmit) return;
    if (task.kind !== 'edit') tray.sendOnceReady();
    else void save(task.message, sent).then((isSaved) => isSaved && onTask({ kind: 'new' }));
  };
  const insert = (piece: string): void => {
    const { selectionStart = text.length, selectionEnd = text.length } = field.current ?? {};
    write(text.slice(0, selectionStart) + piece + text.slice(selectionEnd));
    placeCaret(field, selectionStart + piece.length);
  };
  const put = (typed: Typed, whole: string, names?: Nameable): void => {
    const next = complete(text, typed, whole);
    const named = names === undefined ? [] : [names];
    setDraft((before) => ({ text: next.text, picked: [...before.picked.filter(({ label }) => label !== names?.label), ...named] }));
    placeCaret(field, next.caret);
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) submit();
    else if (event.key === 'Escape' && task.kind !== 'new') onTask({ kind: 'new' });
    else if (event.key === 'ArrowUp' && text === '' && task.kind === 'new') {
      const message = lastOfMine(handle.timeline.getSnapshot().items, me);
      if (message === undefined) return;
      onTask({ kind: 'edit', message });
    } else return;
    event.preventDefault();
  };
  const { files, isAwaited, wait } = tray;
  return { text, picked, excess, canSubmit, files, isAwaited, wait, write, insert, complete: put, submit, cancel: () => onTask({ kind: 'new' }), onKey };
}
