import { COMMANDS_TOPIC, encodeCommand, type KnownRoomEvent } from '@agent-chat/contracts';
import { EventLog } from '@agent-chat/event-log';
import { newId, type GatewayId, type MessageId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Controller, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';

/** A member of the rooms that it answers in. */
export const BOT = '0198a000-0000-7000-8000-00000000b075' as UserId;

@Controller()
class WelcomeBot {
  constructor(private readonly log: EventLog) {}

  @EventPattern('message.posted', { group: 'welcome-bot' })
  async greet({ roomId, epoch, seq, data }: KnownRoomEvent<'message.posted'>): Promise<void> {
    // Its own answers are events too: without this it would greet itself for ever.
    if (data.authorId === BOT || !/^hello\b/i.test(data.text ?? '')) return;
    // An event may come twice. Its place in the log makes the key, so that it is answered once.
    const origin = { roomId: roomId as RoomId, actorId: BOT, key: `welcome-${epoch}-${seq}`, requestId: newId<RequestId>(), gatewayId: newId<GatewayId>() };
    const answer = { messageId: newId<MessageId>(), text: `Hello <@${data.authorId}>, welcome!`, replyTo: data.messageId };
    await this.log.append(COMMANDS_TOPIC, [encodeCommand({ ...origin, type: 'message.post', data: answer })]);
  }
}

@Module({ controllers: [WelcomeBot] })
export class WelcomeBotModule {}
