import { type Attachment } from '@agent-chat/client';

/** Pictures that are looked through, and the one to begin with. */
export interface ShownPictures {
  readonly pictures: readonly (Attachment & { readonly seq?: number })[];
  readonly at: number;
  /** Given where they are looked at outside of their conversation. */
  readonly roomId?: string | undefined;
}
