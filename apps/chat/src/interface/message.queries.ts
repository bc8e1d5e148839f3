import { whileReachable } from '@agent-chat/database';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AttachmentReader } from '../infrastructure/read/attachment.reader';
import { HistoryReader } from '../infrastructure/read/history.reader';
import { MentionReader } from '../infrastructure/read/mention.reader';
import { SearchReader } from '../infrastructure/read/search.reader';

/** Answers questions about messages. */
@Injectable()
export class MessageQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly history: HistoryReader,
    private readonly search: SearchReader,
    private readonly mentions: MentionReader,
    private readonly attachments: AttachmentReader,
  ) {}

  onModuleInit(): void {
    const { bus, history, search, mentions, attachments } = this;
    bus.answer('room.history', (input) => whileReachable(history.history(input)));
    bus.answer('message.get', (input) => whileReachable(history.message(input)));
    bus.answer('message.revisions', (input) => whileReachable(history.revisions(input)));
    bus.answer('messages.mentioning', (input) => whileReachable(mentions.mentioning(input)));
    bus.answer('attachments.readable', (input) => whileReachable(attachments.readable(input)));
    bus.answer('room.attachments', (input) => whileReachable(attachments.inRoom(input)));
    bus.answer('messages.search', (input) => whileReachable(search.search(input)));
  }
}
