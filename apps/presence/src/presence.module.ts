import { Module } from '@nestjs/common';
import { EphemeralPublisher } from './application/ephemeral-publisher';
import { PresenceBoard } from './application/presence-board';
import { Presences } from './application/presences';
import { Typists } from './application/typists';
import { Watchers } from './application/watchers';
import { PresenceQueries } from './interface/presence.queries';

/** Who is online and who is typing; scoped to what gateways have open, coalesced, and fine to lose. */
@Module({ providers: [EphemeralPublisher, PresenceBoard, PresenceQueries, Presences, Typists, Watchers] })
export class PresenceModule {}
