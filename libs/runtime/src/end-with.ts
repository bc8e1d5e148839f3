import { ConfigError } from '@agent-chat/config';
import { DatabaseStartError } from '@agent-chat/database/adapters/embedded';
import { MigrationError } from '@agent-chat/database';
import { StartError } from '@agent-chat/kernel';

/** What an operator can put right by its message. */
const EXPECTED = [ConfigError, DatabaseStartError, MigrationError, StartError];

/** Ends the process with 1, after one message for the person who started it; a stack only for what nobody foresaw. */
export function endWith(error: unknown): never {
  const isExpected = EXPECTED.some((kind) => error instanceof kind) || isPortInUse(error);
  process.stderr.write(`${isExpected ? messageOf(error as Error) : describe(error)}\n`);
  process.exit(1);
}

function isPortInUse(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function messageOf(error: Error): string {
  if (!isPortInUse(error)) return error.message;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${String(port)} is in use. Stop what uses it, or set PORT to another one.`;
  return `Cannot listen on port ${String(port)} (${String(code)}). Set PORT and HOST to an address that this user may use.`;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
