/** Of these smaller pictures are made. Formats that a browser shows and that hold pixels, nothing that is run. */
export const IMAGE_TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'];

const INLINE: ReadonlySet<string> = new Set([
  ...IMAGE_TYPES,
  ...['video/mp4', 'video/webm', 'audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/wav', 'audio/webm', 'audio/flac', 'audio/aac'],
]);

/** Whether a browser may show it in its place. Everything else it downloads: what is text or markup could be run. */
export function isShownInline(type: string): boolean {
  return INLINE.has(type);
}
