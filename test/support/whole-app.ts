import { createTestDatabase } from '@agent-chat/database/testing';
import { type Clock, SystemClock } from '@agent-chat/kernel';
import { EventLogServer } from '@agent-chat/messaging';
import { type RunningApp, startApp } from '@agent-chat/runtime';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureGateway } from '../../apps/gateway/src/configure-gateway';
import { StandaloneModule } from '../../apps/standalone/src/standalone.module';

/** Every app in this process, over a database of its own. */
export interface WholeApp extends RunningApp {
  /** The Postgres that it uses, for tests that look into it. */
  readonly databaseUrl: string;
}

/** Starts everything as `npm start` does, but for the server of the database. Rate limits are off unless `env` says otherwise. */
export async function startWholeApp(name: string, env: NodeJS.ProcessEnv = {}, clock: Clock = new SystemClock()): Promise<WholeApp> {
  const test = await createTestDatabase(name);
  const dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-app-'));
  const running = await startApp(
    {
      service: 'standalone',
      module: StandaloneModule,
      configure: (app, config) => {
        configureGateway(app, config);
        app.connectMicroservice({ strategy: app.get(EventLogServer) });
      },
    },
    { DATABASE_URL: test.url, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error', RATE_LIMITS: 'off', DRAIN_MS: '0', ...env },
    clock,
  );
  const close = async (): Promise<void> => {
    await running.close();
    await test.drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...running, databaseUrl: test.url, close };
}
