import { type ImageVariant } from '@agent-chat/contracts';

/** A smaller picture and its bytes. */
export type MadeVariant = ImageVariant & { readonly bytes: Buffer };

/** What is made of an image. */
export interface MadeImage {
  /** A data: URL of a few hundred characters. */
  readonly placeholder: string;
  readonly variants: readonly MadeVariant[];
}

/** An image that can't be decoded, or only with more than it may take. */
export class BrokenImageError extends Error {}

/** Makes smaller pictures of images: the right way up, without anything but pixels. The same image gives the same pictures. */
export abstract class ImageMaker {
  /** Rejects with `BrokenImageError`. */
  abstract make(image: Buffer): Promise<MadeImage>;

  /** A person's picture: the middle of the image as a square WebP. Rejects with `BrokenImageError`, also for what is no JPEG, PNG, WebP, GIF or AVIF; not made where the signal is aborted before its turn. */
  abstract makeAvatar(image: Buffer, signal?: AbortSignal): Promise<Buffer>;
}
