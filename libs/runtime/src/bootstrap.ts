import { type AppConfig, ConfigError, loadConfig, readEnvironment } from '@agent-chat/config';
import { DatabaseStartError } from '@agent-chat/database/adapters/embedded';
import { MigrationError } from '@agent-chat/database';
import { type Clock, SystemClock } from '@agent-chat/kernel';
import { Draining } from '@agent-chat/observability';
import { type INestApplication, Logger, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { openPorts } from './bindings';
import { requireFreePort } from './free-port';
import { type Server } from 'node:http';
import { EarlyLog } from './early-log';
import { closePorts, type Ports } from './ports';
import { RuntimeModule } from './runtime.module';

/** How long the last answers may take once everything else has left. */
const LAST_ANSWERS_MS = 5_000;

/** What an app adds to the common start. */
export interface AppStart {
  /** The app's root module. */
  readonly module: Type;
  /** Sets the application up before it listens: adapters, microservices. */
  readonly configure?: (app: NestExpressApplication, config: AppConfig, ports: Ports) => Promise<void> | void;
  /** Called once everything works. */
  readonly onReady?: (url: string) => void;
}

/** A running process of the system. */
export interface RunningApp {
  readonly app: INestApplication;
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** Drains and stops everything. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts an app: ports first, then the modules, then the door. Rejects, with nothing left running, with the first error. */
export async function startApp(start: AppStart, env: NodeJS.ProcessEnv, clock: Clock = new SystemClock()): Promise<RunningApp> {
  const config = loadConfig(env);
  const logger = new Logger('Start');
  const early = new EarlyLog();
  await requireFreePort(config.server.port, config.server.host);
  const ports = await openPorts(config, clock, {
    log: early.write,
    onServerLost: stopAtOnce,
  });
  const onCloseError = (error: unknown): void => {
    logger.error(error);
  };
  let app: NestExpressApplication | undefined;
  try {
    app = await NestFactory.create<NestExpressApplication>(
      { module: RootModule, imports: [RuntimeModule.forRoot(config, clock, ports), start.module] },
      { bufferLogs: true, bodyParser: false, abortOnError: false },
    );
    await start.configure?.(app, config, ports);
    early.open();
    await app.startAllMicroservices();
    await app.listen(config.server.port, config.server.host);
  } catch (error) {
    await app?.close().catch(onCloseError);
    await closePorts(ports, onCloseError);
    throw error;
  }
  const running = app;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= drainAndClose(running).then(() => closePorts(ports, onCloseError)));
  const url = publicUrl(config, (await running.getUrl()).replace('[::1]', 'localhost'));
  start.onReady?.(url);
  return { app: running, url, close };
}

/** Readiness goes first, and connections leave, before any part stops working. */
async function drainAndClose(app: INestApplication): Promise<void> {
  await app.get(Draining, { strict: false }).start();
  const server = app.getHttpServer() as Server;
  // Requests under way are answered; a client that doesn't read its answer holds nobody up for longer.
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, LAST_ANSWERS_MS);
  await app.close().finally(() => {
    clearTimeout(cut);
  });
}

@Module({})
class RootModule {}

function publicUrl(config: AppConfig, listening: string): string {
  const port = new URL(listening).port;
  return config.server.port === 0 ? `http://localhost:${port}` : config.server.publicUrl;
}

/** An embedded server that ended by itself leaves nothing to drain to. */
function stopAtOnce(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

/** Starts an app as a process: signals drain it, a failed start prints one message and exits with 1. */
export async function runApp(start: AppStart): Promise<void> {
  try {
    const running = await startApp(start, readEnvironment());
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        stop(running, signal).then(() => process.exit(0), fail);
      });
    }
    process.on('unhandledRejection', (error) => {
      new Logger('Process').error(error, 'A rejection was not handled');
    });
  } catch (error) {
    fail(error);
  }
}

async function stop(running: RunningApp, signal: string): Promise<void> {
  const logger = new Logger('Stop');
  logger.log(`Stopping at ${signal}: connections are told to leave, and what was accepted is answered first.`);
  await running.close();
  logger.log('Stopped.');
}

function fail(error: unknown): never {
  const isExpected = error instanceof ConfigError || error instanceof DatabaseStartError || error instanceof MigrationError || isPortInUse(error);
  process.stderr.write(`${isExpected ? messageOf(error) : describe(error)}\n`);
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
