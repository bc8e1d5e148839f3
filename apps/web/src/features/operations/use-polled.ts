import { useCallback, useEffect, useRef, useState } from 'react';

/** What was read last, and how the newest attempt went. */
export interface Polled<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** When `data` was read; milliseconds since the Unix epoch. */
  readonly readAtMs: number | undefined;
  readonly reload: () => void;
}

interface State<Data> {
  readonly key: string;
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly readAtMs: number | undefined;
}

/** Reads something now and, while the page is looked at, again every so often; under another `key` it is something else. Late answers are dropped. */
export function usePolled<Data>(key: string, read: () => Promise<Data>, everyMs: number): Polled<Data> {
  const [state, setState] = useState<State<Data>>({ key, data: undefined, error: undefined, isLoading: true, readAtMs: undefined });
  const reader = useRef(read);
  reader.current = read;
  const turn = useRef(0);
  const reload = useCallback(() => {
    const mine = ++turn.current;
    const settle = (outcome: Partial<State<Data>>): void => {
      if (mine === turn.current) setState((before) => ({ ...before, isLoading: false, ...outcome }));
    };
    setState((before) =>
      before.key === key ? { ...before, isLoading: true } : { key, data: undefined, error: undefined, isLoading: true, readAtMs: undefined },
    );
    reader.current().then(
      (data) => settle({ data, error: undefined, readAtMs: Date.now() }),
      (error: unknown) => settle({ error }),
    );
  }, [key]);
  useEffect(() => {
    reload();
    const again = (): void => {
      if (document.visibilityState === 'visible') reload();
    };
    const timer = window.setInterval(again, everyMs);
    document.addEventListener('visibilitychange', again);
    return () => {
      turn.current += 1;
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
    };
  }, [reload, everyMs]);
  return { ...state, data: state.key === key ? state.data : undefined, reload };
}
