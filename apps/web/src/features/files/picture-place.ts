import { type Attachment, type TimelineItem } from '@agent-chat/client';
import { type CSSProperties } from 'react';
import { pictureBox } from './picture-box';

/** What the files of a message are shown from. */
export interface FilesOfMessageProps {
  readonly message: Pick<TimelineItem, 'attachments' | 'authorId' | 'createdAt'>;
  readonly tabIndex: number;
}

/** The place of a picture that stands alone. */
export function placeOf(picture: Attachment): CSSProperties {
  const { width, height } = pictureBox(picture);
  return { width, aspectRatio: `${String(width)} / ${String(height)}` };
}
