import { type ProfileChange, type User } from '@agent-chat/client';
import { t } from '../../core/translate';
import { sizeLabel } from '../files/file-words';

/** What the server makes a person's picture of. */
export const PICTURE_TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'];
export const MAX_PICTURE_BYTES = 5 * 1_024 * 1_024;

/** The picture in one's profile, as it is to be: as it was, none, a file, or one that lies elsewhere. */
export type ChosenPicture =
  | { readonly kind: 'kept' }
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly file: File; readonly url: string }
  | { readonly kind: 'address'; readonly text: string };

/** As the profile has it now. */
export function pictureOf(avatarUrl: string | undefined, origin: string): ChosenPicture {
  const isElsewhere = avatarUrl !== undefined && !avatarUrl.startsWith(`${origin}/`);
  return isElsewhere ? { kind: 'address', text: avatarUrl } : { kind: 'kept' };
}

export function addressError(text: string): string | undefined {
  if (text === '') return undefined;
  return URL.canParse(text) && new URL(text).protocol === 'https:' ? undefined : t('Give an address that begins with https://.');
}

/** What can be shown of it so far. */
export function shownPicture(picture: ChosenPicture, avatarUrl: string | undefined): string | undefined {
  if (picture.kind === 'kept') return avatarUrl;
  if (picture.kind === 'file') return picture.url;
  return picture.kind === 'none' || picture.text === '' || addressError(picture.text) !== undefined ? undefined : picture.text;
}

/** What is to be changed of the profile, besides a picture that is sent. */
export function changeOf(user: Pick<User, 'displayName' | 'avatarUrl'>, name: string, picture: ChosenPicture): ProfileChange {
  const isNone = picture.kind === 'none' || (picture.kind === 'address' && picture.text === '');
  const address = isNone ? undefined : picture.kind === 'address' ? picture.text : user.avatarUrl;
  return { ...(name === user.displayName ? {} : { displayName: name }), ...(address === user.avatarUrl ? {} : { avatarUrl: address ?? null }) };
}

/** Why a file can't be somebody's picture, as far as that can be told here. */
export function fileProblem({ type, size }: Pick<File, 'type' | 'size'>): string | undefined {
  if (!PICTURE_TYPES.includes(type)) return explainPicture({ code: 'FILE_REFUSED' });
  return size > MAX_PICTURE_BYTES ? explainPicture({ code: 'FILE_TOO_LARGE' }) : undefined;
}

/** Words for what the server says of a picture; undefined where it is about something else. */
export function explainPicture(thrown: unknown): string | undefined {
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  if (code === 'FILE_REFUSED') return t('This can’t be your picture: choose a JPEG, PNG, WebP, GIF or AVIF that opens elsewhere.');
  return code === 'FILE_TOO_LARGE' ? t('This picture is too large: it may have up to {size}.', { size: sizeLabel(MAX_PICTURE_BYTES) }) : undefined;
}
