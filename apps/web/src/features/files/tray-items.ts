import { type AgentChatError, type Attachment } from '@agent-chat/client';
import { Store } from '../../core/store';

/** Why a file can't be sent, as far as only this page knows. */
export type LocalRefusal = 'EMPTY' | 'UNREADABLE';

/** Most files in one message. */
export const MAX_FILES = 10;

/** A file that is to go with the next message. */
export interface TrayItem {
  readonly key: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly state: 'waiting' | 'sending' | 'ready' | 'failed';
  readonly sentBytes: number;
  /** Why it failed, or why it doesn't go on right now. */
  readonly problem?: AgentChatError | LocalRefusal | undefined;
  /** Of a picture, to be looked at: an address of this page. */
  readonly preview?: string | undefined;
  /** Once the server has all of it. */
  readonly attachment?: Attachment | undefined;
}

const trays = new Map<string, Store<readonly TrayItem[]>>();

/** What is chosen to go with a person's next message in a room; it outlives the room's view. */
export function trayItems(me: string, roomId: string): Store<readonly TrayItem[]> {
  const key = `${me}:${roomId}`;
  const known = trays.get(key) ?? new Store<readonly TrayItem[]>([]);
  trays.set(key, known);
  return known;
}

/** What the files mean for the message. */
export interface TrayReadiness {
  readonly count: number;
  readonly isUploading: boolean;
  readonly hasFailed: boolean;
}

export function readinessOf(items: readonly TrayItem[]): TrayReadiness {
  return {
    count: items.length,
    isUploading: items.some(({ state }) => state === 'waiting' || state === 'sending'),
    hasFailed: items.some(({ state }) => state === 'failed'),
  };
}
