// Reads one line of a process's log: how severe it is, and what it says in short. Apps write JSON; servers write what they like.
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
/** In the words of Kafka, Postgres, Redis, NGINX, etcd and Patroni. */
const SEVERE = [
  // What asks whether a server is ready is refused until it is.
  ['debug', /the database system is (starting up|not yet accepting connections|shutting down)/],
  ['fatal', /\b(FATAL|PANIC|CRITICAL)\b|\[(emerg|alert|crit)\]/],
  ['error', /\bERROR\b|\[error\]|"level":"error"/],
  ['warn', /\b(WARN|WARNING)\b|\[warn\]|"level":"warn"/],
];
const CONTINUATION = /^(\s|Caused by:)/;

function ofApp(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, msg, context, err } = JSON.parse(line);
    if (!LEVELS.includes(level)) return undefined;
    const cause = err?.message && err.message !== msg ? `: ${err.message}` : '';
    return { level, text: `${context ? `[${context}] ` : ''}${msg ?? ''}${cause}` };
  } catch {
    return undefined;
  }
}

/** `previous` is the level of the line before, which the lines of a stack share. What a server says unasked is for `debug`. */
export function readLine(line, previous = 'debug') {
  const told = ofApp(line);
  if (told) return told;
  if (CONTINUATION.test(line)) return { level: previous, text: line };
  return { level: SEVERE.find(([, pattern]) => pattern.test(line))?.[0] ?? 'debug', text: line };
}

/** Whether a line of `level` is shown to who asked for `least`. */
export function isShown(level, least) {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}
