import { type AppConfig, loadConfig, readEnvironment } from '@agent-chat/config';
import { type Clock, SystemClock } from '@agent-chat/kernel';
import { type ProcessName } from '@agent-chat/discovery';
import { Draining, HealthRegistry } from '@agent-chat/observability';
import { type DynamicModule, type INestApplication, Logger, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { openPorts } from './bindings';
import { endWith } from './end-with';
import { requireFreePort } from './free-port';
import { type Server } from 'node:http';
import { EarlyLog } from './early-log';
import { closePorts, type Ports } from './ports';
import { releaseVersion } from './release';
import { RuntimeModule } from './runtime.module';
import { refuseOtherPublicUrl } from './same-public-url';
import { StartWaiting } from './start-waiting';

/** How long the last answers may take once everything else has left. */
const LAST_ANSWERS_MS = 5_000;

/** What an app adds to the common start. */
export interface AppStart {
  /** What the process is to others. */
  readonly service: ProcessName;
  /** The app's root module. */
  readonly module: Type | DynamicModule;
  /** Sets the application up before it listens: adapters, microservices. */
  readonly configure?: (app: NestExpressApplication, config: AppConfig, ports: Ports) => Promise<void> | void;
  /** Called before anybody can reach the process. */
  readonly onListening?: () => void;
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

/** What an app runs on. */
export interface Surroundings {
  readonly config: AppConfig;
  readonly clock: Clock;
  /** Closed with the app. */
  readonly ports: Ports;
}

/** What of a start's beginning goes on until the app is there. */
interface Beginning {
  readonly early?: EarlyLog;
  readonly waiting?: StartWaiting;
}

/** Starts an app: ports first, then the modules, then the door. Rejects, with nothing left running, with the first error. */
export async function startApp(start: AppStart, env: NodeJS.ProcessEnv, clock: Clock = new SystemClock()): Promise<RunningApp> {
  const config = loadConfig(env);
  const early = new EarlyLog();
  await requireFreePort(config.server.port, config.server.host);
  const waiting = new StartWaiting(config, clock);
  try {
    const ports = await openPorts(config, start.service, clock, { log: early.write, onWaiting: waiting.tell, onFatal: stopAtOnce });
    return await startOn({ config, clock, ports }, start, { early, waiting });
  } catch (error) {
    await waiting.end();
    throw error;
  }
}

/** Starts an app on ports that are open already. Rejects, with nothing left running, with the first error. */
export async function startOn(surroundings: Surroundings, start: AppStart, { early, waiting }: Beginning = {}): Promise<RunningApp> {
  const { config, ports } = surroundings;
  const closeAll = async (app: INestApplication | undefined, ending: (app: INestApplication) => Promise<void>): Promise<void> => {
    if (app !== undefined) await ending(app);
    await closePorts(ports, logCloseError);
  };
  let app: NestExpressApplication | undefined;
  try {
    app = await createApp(surroundings, start);
    await start.configure?.(app, config, ports);
    early?.open();
    await app.startAllMicroservices();
    await waiting?.end();
    start.onListening?.();
    await app.listen(config.server.port, config.server.host);
    await join(app, ports);
  } catch (error) {
    await closeAll(app, (broken) => broken.close().catch(logCloseError));
    throw error;
  }
  const running = app;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(running, drainAndClose));
  const url = publicUrl(config, (await running.getUrl()).replace('[::1]', 'localhost'));
  start.onReady?.(url);
  return { app: running, url, close };
}

async function createApp({ config, clock, ports }: Surroundings, { module }: AppStart): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    { module: RootModule, imports: [RuntimeModule.forRoot(config, clock, ports), module] },
    { bufferLogs: true, bodyParser: false, abortOnError: false },
  );
  const registry = app.get(HealthRegistry, { strict: false });
  for (const source of ports.health) registry.register(source);
  return app;
}

function logCloseError(error: unknown): void {
  new Logger('Start').error(error);
}

/** Others ask this process from now on, until it starts to leave. */
async function join(app: INestApplication, ports: Ports): Promise<void> {
  const { discovery } = ports;
  await discovery.announce();
  refuseOtherPublicUrl(ports);
  app.get(Draining, { strict: false }).onStart(() => discovery.leave());
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

/** Without a server of its own, or with a database that isn't its own, nothing can be drained to. */
function stopAtOnce(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

/** Starts an app as a process: signals drain it once it can be reached and end it at once before, a failed start prints one message and exits with 1. */
export async function runApp(start: AppStart): Promise<void> {
  try {
    const starting: Promise<RunningApp> = startApp({ ...start, onListening: () => stopAtSignals(() => starting) }, readEnvironment());
    const running = await starting;
    new Logger('Start').log(`Ready: ${start.service} ${releaseVersion()}, process ${String(process.pid)}, at ${running.url}.`);
    process.on('unhandledRejection', (error) => {
      new Logger('Process').error(error, 'A rejection was not handled');
    });
  } catch (error) {
    endWith(error);
  }
}

/** What is about to be reached is there first. */
function stopAtSignals(starting: () => Promise<RunningApp>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      starting()
        .then((running) => stop(running, signal))
        .then(() => process.exit(0), endWith);
    });
  }
}

async function stop(running: RunningApp, signal: string): Promise<void> {
  const logger = new Logger('Stop');
  logger.log(`Stopping at ${signal}: connections are told to leave, and what was accepted is answered first.`);
  await running.close();
  logger.log('Stopped.');
}
