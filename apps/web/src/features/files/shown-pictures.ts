import { type Attachment } from '@agent-chat/client';

/** A picture, and what is known of its message. */
export interface ShownPicture extends Attachment {
  readonly authorId: string;
  readonly createdAt: string;
  readonly seq?: number;
}

/** Pictures that are looked through, and the one to begin with. */
export interface ShownPictures {
  readonly pictures: readonly ShownPicture[];
  readonly at: number;
  /** Given where they are looked at outside of their conversation. */
  readonly roomId?: string | undefined;
}
