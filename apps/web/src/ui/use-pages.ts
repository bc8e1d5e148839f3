import { type Page } from '@agent-chat/client';
import { useCallback, useEffect, useRef, useState } from 'react';

interface Pages<Item> {
  readonly items: readonly Item[];
  readonly state: 'loading' | 'loaded' | 'failed';
  readonly error: unknown;
  /** A page said that something is missing. */
  readonly isIncomplete: boolean;
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly reload: () => void;
}

interface State<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
  readonly isIncomplete: boolean;
  readonly state: Pages<Item>['state'];
  readonly error: unknown;
}

const WAIT_MS = 220;
const NOTHING = { items: [], next: undefined, isIncomplete: false, state: 'loading', error: undefined } as const;

/** The pages of a list that depends on what is being typed. An answer that comes too late is dropped. */
export function usePages<Item>(query: string, read: (cursor: string | undefined) => Promise<Page<Item>>): Pages<Item> {
  const [{ items, next, isIncomplete, state, error }, setState] = useState<State<Item>>(NOTHING);
  const turn = useRef(0);
  const reader = useRef(read);
  reader.current = read;
  const load = useCallback((cursor: string | undefined) => {
    const mine = ++turn.current;
    setState((before) => ({ ...before, state: 'loading', error: undefined }));
    reader.current(cursor).then(
      (page) => {
        if (mine !== turn.current) return;
        setState((before) => ({
          items: cursor === undefined ? page.items : [...before.items, ...page.items],
          next: page.next,
          isIncomplete: page.incomplete === true || (cursor !== undefined && before.isIncomplete),
          state: 'loaded',
          error: undefined,
        }));
      },
      (thrown: unknown) => {
        if (mine === turn.current) setState((before) => ({ ...before, state: 'failed', error: thrown }));
      },
    );
  }, []);
  useEffect(() => {
    const timer = window.setTimeout(() => load(undefined), WAIT_MS);
    return () => window.clearTimeout(timer);
  }, [query, load]);
  return { items, state, error, isIncomplete, hasMore: next !== undefined, more: () => load(next), reload: () => load(undefined) };
}
