import { type Attachment } from '@agent-chat/client';
import { isPicture } from './file-words';

/** In pixels of the page. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

const MOST: Box = { width: 360, height: 280 };
/** A picture that is hardly a line can still be pressed. */
const LEAST_PX = 44;
/** Of pictures that stand together. */
export const TILE_PX = 150;
const ROW_PX = 58;
const GAP_PX = 6;
/** Tiles beside each other in a room of usual width. */
const TILES_A_LINE = 4;

/** The place of a picture that stands alone, known before anything of it is loaded. */
export function pictureBox({ width = MOST.width, height = MOST.height }: Pick<Attachment, 'width' | 'height'>): Box {
  const scale = Math.min(1, MOST.width / width, MOST.height / height);
  const within = (px: number, most: number): number => Math.min(most, Math.max(LEAST_PX, Math.round(px * scale)));
  return { width: within(width, MOST.width), height: within(height, MOST.height) };
}

/** About how high a message's files are. */
export function filesHeight(files: readonly Attachment[]): number {
  const pictures = files.filter(isPicture);
  const [only] = pictures;
  const rows = (files.length - pictures.length) * ROW_PX;
  if (only === undefined) return rows;
  if (pictures.length === 1) return rows + pictureBox(only).height + GAP_PX;
  return rows + Math.ceil(pictures.length / TILES_A_LINE) * (TILE_PX + GAP_PX);
}
