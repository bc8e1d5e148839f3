import { Authenticator, type Principal } from '@agent-chat/auth';
import { Backplane } from '@agent-chat/backplane';
import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { AppConfig, loadConfig } from '@agent-chat/config';
import { type CommandResult } from '@agent-chat/contracts';
import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { InMemoryEphemeralStore } from '@agent-chat/ephemeral-store/adapters/memory';
import { AppError, Clock, newId, SystemClock, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { Global, type INestApplication, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { type AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { AttachmentClaims } from '../../../apps/gateway/src/application/attachment-claims';
import { type CommandCall, CommandSender } from '../../../apps/gateway/src/application/command-sender';
import { GatewayInbox } from '../../../apps/gateway/src/application/gateway-inbox';
import { RoomWrites } from '../../../apps/gateway/src/application/room-writes';
import { UserDirectory } from '../../../apps/gateway/src/application/user-directory';
import { AuthModule } from '../../../apps/gateway/src/auth.module';
import { admissionLimits, CommandAdmission } from '../../../apps/gateway/src/application/command-admission';
import { CommandModule } from '../../../apps/gateway/src/command.module';
import { AuthGuard } from '../../../apps/gateway/src/interface/auth/auth.guard';
import { SlimIoAdapter } from '../../../apps/gateway/src/interface/realtime/slim-io.adapter';
import { RealtimeModule } from '../../../apps/gateway/src/realtime.module';
import { type Json } from './event-source';
import { PARTITIONS, ScriptedChat } from './scripted-chat';

/** Tokens are `<userId>` or `<userId>:<sessionId>:<expiresAtMs>`. */
export class ScriptedAuthenticator extends Authenticator {
  readonly ended = new Set<string>();

  override async authenticate(token: string): Promise<Principal> {
    const [userId = '', sessionId = userId, expiresAtMs = String(Number.MAX_SAFE_INTEGER)] = token.split(':');
    if (userId.length !== 36) throw new AppError('UNAUTHENTICATED');
    return { userId: userId as UserId, sessionId, roles: [], expiresAtMs: Number(expiresAtMs) };
  }
  override async redeemTicket(ticket: string): Promise<Principal> {
    return this.authenticate(ticket.replace('ticket-', ''));
  }
  override async endedAmong(sessionIds: readonly string[]): Promise<readonly string[]> {
    return sessionIds.filter((sessionId) => this.ended.has(sessionId));
  }
}

/** Commits what it is told in the scripted chat. */
class ScriptedCommandSender extends CommandSender {
  constructor(private readonly chat: ScriptedChat) {
    super();
  }

  override async send(call: CommandCall): Promise<CommandResult> {
    const room = this.chat.rooms.get(call.roomId);
    if (room === undefined) throw new AppError('ROOM_NOT_FOUND');
    const event = this.chat.commit(room, 'message.posted', { ...call.data }, call.actorId);
    await this.chat.publish(room, [event]);
    const { messageId } = call.data as { messageId: string };
    return { seq: event.seq, epoch: 1, committedAt: event.at!, duplicate: false, changed: true, messageId };
  }

  override async drain(): Promise<void> {}
}

@Module({ providers: [AuthGuard, { provide: APP_GUARD, useExisting: AuthGuard }] })
class GuardModule {}
@Module({})
class NoCommandModule {}

export interface RunningGateway {
  readonly app: INestApplication;
  readonly url: string;
  readonly gatewayId: string;
}

/** Gateways of one process, sharing a backplane, a query bus and the script behind them. */
export class GatewayCluster {
  readonly backplane = new InMemoryBackplane();
  readonly queries = new InMemoryQueryBus();
  readonly chat = new ScriptedChat(this.backplane, this.queries);
  readonly authenticator = new ScriptedAuthenticator();
  private readonly store = new InMemoryEphemeralStore({ clock: new SystemClock() });
  private readonly gateways: RunningGateway[] = [];
  private readonly sockets: Socket[] = [];

  async start(settings: Record<string, string> = {}): Promise<RunningGateway> {
    const config = loadConfig({ PARTITIONS: String(PARTITIONS), DRAIN_MS: '300', ...settings });
    const inbox = new GatewayInbox(this.backplane);
    const providers = [
      { provide: AppConfig, useValue: config },
      { provide: Clock, useValue: new SystemClock() },
      { provide: Backplane, useValue: this.backplane },
      { provide: QueryBus, useValue: this.queries },
      { provide: EphemeralStore, useValue: this.store },
      { provide: Authenticator, useValue: this.authenticator },
      { provide: CommandSender, useValue: new ScriptedCommandSender(this.chat) },
      { provide: CommandAdmission, useValue: new CommandAdmission(PARTITIONS, admissionLimits(config.limits)) },
      { provide: GatewayInbox, useValue: inbox },
      { provide: UserDirectory, useValue: { current: async () => Promise.resolve([]) } },
      AttachmentClaims,
      RoomWrites,
    ];
    @Global()
    @Module({ providers, exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)) })
    class SurroundingsModule {}

    const testing = await Test.createTestingModule({ imports: [SurroundingsModule, RealtimeModule] })
      .overrideModule(AuthModule)
      .useModule(GuardModule)
      .overrideModule(CommandModule)
      .useModule(NoCommandModule)
      .compile();
    const app = testing.createNestApplication({ logger: ['error', 'warn'] });
    app.useWebSocketAdapter(new SlimIoAdapter(app, config));
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    const gateway = { app, url: `http://127.0.0.1:${port}`, gatewayId: inbox.gatewayId };
    this.gateways.push(gateway);
    return gateway;
  }

  async connect(gateway: RunningGateway, token: string = newId()): Promise<Client> {
    const socket = io(gateway.url, { transports: ['websocket'], auth: { token }, forceNew: true, reconnection: false });
    this.sockets.push(socket);
    const client = new Client(socket, token.split(':')[0] as UserId);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('connect_error', reject);
    });
    return client;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.disconnect();
    for (const { app } of this.gateways) await app.close();
    await this.queries.close();
    await this.backplane.close();
    await this.store.close();
  }
}

interface Seen {
  readonly roomId: string;
  readonly seq: number;
  readonly type: string;
}

/** A socket that writes down what it gets. */
export class Client {
  readonly events: Seen[] = [];
  readonly frames: { name: string; body: Json }[] = [];
  disconnected: string | undefined;

  constructor(
    readonly socket: Socket,
    readonly userId: UserId,
  ) {
    socket.onAny((name: string, body) => {
      if (name === 'events') this.events.push(...body);
      else this.frames.push({ name, body });
    });
    socket.on('disconnect', (reason) => (this.disconnected = reason));
  }

  async call(name: string, body: unknown): Promise<Json> {
    return this.socket.timeout(5_000).emitWithAck(name, body);
  }

  async subscribe(roomId: string, cursor?: string): Promise<Json> {
    const { rooms } = await this.call('room.subscribe', { rooms: [cursor === undefined ? { roomId } : { roomId, cursor }] });
    return rooms[0];
  }

  seqs(roomId: string): number[] {
    return this.events.filter((event) => event.roomId === roomId).map(({ seq }) => seq);
  }

  named(name: string): Json[] {
    return this.frames.filter((frame) => frame.name === name).map(({ body }) => body);
  }
}
