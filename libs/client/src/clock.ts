/** Where the SDK takes time, timers, randomness and keys from, so that tests can steer them. */
export interface Environment {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** Runs something later; answers how to cancel it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** A new idempotency key that nobody else has. */
  readonly newKey: () => string;
}

function randomHex(): string {
  // Not `randomUUID`: browsers offer that in secure contexts only.
  return Array.from(globalThis.crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The machine's own. */
export const SYSTEM_ENVIRONMENT: Environment = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  newKey: randomHex,
};

/** Resolves after a while. */
export function pause(environment: Environment, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    environment.after(delayMs, resolve);
  });
}
