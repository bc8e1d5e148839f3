import { type RestBody, type RoomPreference, type RoomPreferenceList } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { Controller, Get, Put } from '@nestjs/common';
import { RoomPreferences } from '../../application/room-preferences';
import { type Caller, type RoomCaller } from '../../application/room-commands';
import { RoomReads } from '../../application/rooms/room-reads';
import { CallerAndKey, CheckedBody, RoomCall } from './call-parameters';

/** What the caller wants of single rooms. */
@Controller('api/v1')
export class PreferencesController {
  constructor(
    private readonly preferences: RoomPreferences,
    private readonly rooms: RoomReads,
  ) {}

  @Get('preferences/rooms')
  async list(@CallerAndKey() { actorId }: Caller): Promise<RoomPreferenceList> {
    return { items: [...(await this.preferences.of(actorId))] };
  }

  @Put('rooms/:roomId/preference')
  async choose(@RoomCall() { roomId, actorId }: RoomCaller, @CheckedBody('roomPreference') { notify }: RestBody<'roomPreference'>): Promise<RoomPreference> {
    // Only rooms that one is in: their number bounds what is kept.
    if ((await this.rooms.get(roomId, actorId)).me === undefined) throw new AppError('NOT_A_MEMBER');
    await this.preferences.choose(actorId, roomId, notify);
    return { roomId, notify };
  }
}
