import { type LogLevel } from '@agent-chat/config';
import { type Logger, pino } from 'pino';
import { httpLogging } from './http-logging';

/** Writes lines before the application has its logger, in the same form. */
export function earlyLogger(level: LogLevel): Pick<Logger, 'warn'> {
  const { base, timestamp, formatters, redact } = httpLogging(level);
  return pino({ level, base, timestamp, formatters, redact });
}
