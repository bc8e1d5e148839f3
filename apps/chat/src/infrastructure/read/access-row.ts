import { type Row } from '@agent-chat/database';
import { type AccessFacts } from '../../application/read/room-access';

/** What `ACCESS_COLUMNS` answers. */
export interface AccessRow extends Row, AccessFacts {
  readonly epoch: number;
  readonly head: number;
}
