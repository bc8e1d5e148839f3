import { Authenticator } from '@agent-chat/auth';
import { Backplane } from '@agent-chat/backplane';
import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { Cache } from '@agent-chat/cache';
import { InMemoryCache } from '@agent-chat/cache/adapters/memory';
import { AppConfig, type AuthConfig, loadConfig } from '@agent-chat/config';
import { Database } from '@agent-chat/database';
import { type TestDatabase, createTestDatabase } from '@agent-chat/database/testing';
import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { InMemoryEphemeralStore } from '@agent-chat/ephemeral-store/adapters/memory';
import { JobQueue } from '@agent-chat/job-queue';
import { PgBossJobQueue } from '@agent-chat/job-queue/adapters/pg-boss';
import { Clock } from '@agent-chat/kernel';
import { FakeClock } from '@agent-chat/testing';
import { QueryBus } from '@agent-chat/query-bus';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { Controller, Get, Global, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { Observations } from '../../../apps/gateway/src/application/figures/observations';
import { UserDirectory } from '../../../apps/gateway/src/application/user-directory';
import { AuthModule } from '../../../apps/gateway/src/auth.module';
import { AcceptsTicket, Roles } from '../../../apps/gateway/src/interface/auth/access.decorators';
import { jsonBody } from '../../../apps/gateway/src/interface/http/json-body';
import { ProblemFilter } from '../../../apps/gateway/src/interface/http/problem.filter';

/** A parsed body, read as loosely as a test likes. */
export type Json = ReturnType<typeof JSON.parse>;

/** One answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** What everybody registers with here. */
export const PASSWORD = 'correct horse battery';

/** The authentication of a gateway, over real HTTP and on a database of its own. */
export interface AuthApp {
  readonly clock: FakeClock;
  readonly test: TestDatabase;
  readonly authenticator: Authenticator;
  readonly users: UserDirectory;
  readonly jobs: JobQueue;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Calls below `/api/v1/auth`. */
  post(path: string, body: unknown, token?: string): Promise<Answer>;
  me(token: string): Promise<Answer>;
  /** Answers the session of a new person, or of the one named. */
  register(username?: string, headers?: Record<string, string>): Promise<Json>;
  close(): Promise<void>;
}

let people = 0;

/** A username that nobody has. */
export function freshName(): string {
  return `person-${++people}`;
}

@Controller('probe')
class ProbeController {
  @Roles('operator')
  @Get('operator')
  operator(): { ok: boolean } {
    return { ok: true };
  }

  @AcceptsTicket()
  @Get('stream')
  stream(): { ok: boolean } {
    return { ok: true };
  }

  @Post('write')
  write(): { ok: boolean } {
    return { ok: true };
  }
}

/** Starts it. Give `sharing` to get a second node on the same database and clock, with caches of its own. */
export async function startAuthApp(auth: Partial<AuthConfig> = {}, sharing?: AuthApp): Promise<AuthApp> {
  const clock = sharing?.clock ?? new FakeClock();
  const test = sharing?.test ?? (await createTestDatabase('auth'));
  const jobs = await PgBossJobQueue.open({ connectionString: test.url, clock, poolSize: 2 });
  const base = loadConfig({});
  const config: AppConfig = Object.assign(base, { auth: { ...base.auth, ...auth } });
  const providers = [
    { provide: AppConfig, useValue: config },
    { provide: Clock, useValue: clock },
    { provide: Database, useValue: test.database },
    { provide: Cache, useValue: new InMemoryCache({ clock }) },
    { provide: Backplane, useValue: new InMemoryBackplane() },
    { provide: QueryBus, useValue: new InMemoryQueryBus() },
    { provide: JobQueue, useValue: jobs },
    { provide: EphemeralStore, useValue: new InMemoryEphemeralStore({ clock }) },
  ];

  @Global()
  @Module({ providers, exports: providers })
  class Ports {}

  @Module({ imports: [Ports, AuthModule], controllers: [ProbeController] })
  class Root {}

  const app = await NestFactory.create<NestExpressApplication>(Root, { logger: ['error'], bodyParser: false });
  app.use(jsonBody(config.limits.maxBodyBytes));
  app.useGlobalFilters(new ProblemFilter(new Observations(new InMemoryQueryBus(), clock)));
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    clock,
    test,
    authenticator: app.get(Authenticator),
    users: app.get(UserDirectory),
    jobs,
    call: (method, path, options) => call(url, method, path, options),
    post: (path, body, token) => call(url, 'POST', `/api/v1/auth/${path}`, { body, ...(token && { token }) }),
    me: (token) => call(url, 'GET', '/api/v1/users/me', { token }),
    register: async (username = freshName(), headers = {}) => {
      const { status, body } = await call(url, 'POST', '/api/v1/auth/register', { body: { username, password: PASSWORD }, headers });
      expect(status).toBe(201);
      return body;
    },
    close: async () => {
      await app.close();
      await jobs.close();
      if (sharing === undefined) await test.drop();
    },
  };
}

async function call(url: string, method: string, path: string, { body, token, headers = {} }: CallOptions = {}): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}
