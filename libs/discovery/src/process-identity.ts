import { newId } from '@agent-chat/kernel';
import { type ProcessName } from './discovery.port';

/** Who this process is to others. */
export class ProcessIdentity {
  /** New with each start. */
  readonly instanceId = newId<string>();

  constructor(
    readonly service: ProcessName,
    readonly version: string,
    /** `host:port` of its internal door; absent where nobody asks it from outside. */
    readonly address: string | undefined,
    /** Where clients reach it; absent where none come. */
    readonly publicUrl?: string,
  ) {}

  /** The name under which it owns partitions: whoever reads it there knows where to ask the owner. */
  get ownerName(): string {
    return this.address === undefined ? this.instanceId : `${this.instanceId}@${this.address}`;
  }
}

/** The address in an owner's name; undefined where it has none, or there is no owner. */
export function addressOfOwner(ownerName: string): string | undefined {
  const at = ownerName.indexOf('@');
  return at === -1 ? undefined : ownerName.slice(at + 1);
}
