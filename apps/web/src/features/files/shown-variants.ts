import { type AttachmentLinks, type LinkedVariant } from '@agent-chat/client';

/** What an `img` takes. */
export interface PictureSource {
  readonly src: string;
  readonly srcSet?: string | undefined;
}

const WEBP = 'image/webp';
/** Moves, which smaller pictures of it don't. */
const MOVING = 'image/gif';
/** A larger original is not loaded only to be seen move. */
const MOST_MOVING_BYTES = 8 * 1_024 * 1_024;

function smaller({ variants }: AttachmentLinks): LinkedVariant[] {
  return variants.filter(({ type }) => type === WEBP).sort((one, other) => one.width - other.width);
}

/** The picture in each size that there is: the browser takes what fits its place. */
export function shownIn(links: AttachmentLinks): PictureSource {
  const all = smaller(links);
  const [first] = all;
  if (first === undefined) return { src: links.url };
  return { src: first.url, srcSet: all.map(({ url, width }) => `${url} ${String(width)}w`).join(', ') };
}

/** The picture as large as there is need for: the largest smaller one, which holds nothing that a camera wrote. */
export function shownLarge(links: AttachmentLinks): PictureSource {
  const largest = smaller(links).at(-1);
  if (largest === undefined || (links.type === MOVING && links.sizeBytes <= MOST_MOVING_BYTES)) return { src: links.url };
  return { src: largest.url };
}
