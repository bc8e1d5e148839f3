const MS_PER_SECOND = 1_000;
const NS_PER_MS = 1e6;

/** Milliseconds on a clock that never jumps and that all processes of a machine read alike. */
export function sharedNowMs(): number {
  return performance.now() + OFFSET_MS;
}

const [seconds, nanoseconds] = process.hrtime();
const OFFSET_MS = seconds * MS_PER_SECOND + nanoseconds / NS_PER_MS - performance.now();
