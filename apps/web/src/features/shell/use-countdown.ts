import { useEffect, useState } from 'react';

const SECOND_MS = 1_000;

/** Whole seconds that are left of a wait which begins when `waitMs` is given; undefined without one. The same wait given anew (another `key`) starts over. */
export function useCountdown(waitMs: number | undefined, key: unknown): number | undefined {
  const [left, setLeft] = useState<number>();
  useEffect(() => {
    setLeft(waitMs === undefined ? undefined : Math.ceil(waitMs / SECOND_MS));
    if (waitMs === undefined) return;
    const endsAtMs = performance.now() + waitMs;
    const timer = window.setInterval(() => setLeft(Math.max(0, Math.ceil((endsAtMs - performance.now()) / SECOND_MS))), SECOND_MS);
    return () => window.clearInterval(timer);
  }, [waitMs, key]);
  return left;
}
